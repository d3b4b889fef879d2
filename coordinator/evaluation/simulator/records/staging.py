"""Puts a record on a stage: its course, on our regions and components."""

from collections.abc import Iterable, Mapping
from functools import partial
from math import exp, log
from random import Random
from typing import Final

from coordinator.evaluation.simulator.records.locations import regions_in
from coordinator.evaluation.simulator.records.record import Record
from coordinator.evaluation.simulator.scenarios.scenario import Scenario
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.truth import Family

RECORD: Final = "record:"
_LONGEST_MS: Final = 4 * 3_600_000
"""Longer ones are shortened in proportion: nobody learns more from their third day."""
_SHORTEST_MS: Final = 5 * 60_000
_AVERAGE: Final = 0.06
_PEAK: Final = 0.16
_SPREAD: Final = 1.0
_SHARES: Final = (0.01, 1.0)
_AT_PEAK: Final = 0.2
"""A fifth of the time is the peak, and comes first."""
_SLOW: Final = (2.0, 5.0)


def scenarios_of(records: Iterable[Record]) -> Mapping[str, Scenario]:
    """A scenario for each record, by its name `record:VENDOR:NUMBER`."""
    return {
        RECORD + record.id: Scenario(
            RECORD + record.id, record.title, Family.DISRUPTION, partial(stage_record, record)
        )
        for record in records
    }


def stage_record(record: Record, stage: Stage) -> None:
    """Its regions, its duration, its share; which components, and how much where it does not say,
    by the seed.
    """
    lasts_ms = min(_LONGEST_MS, max(_SHORTEST_MS, record.lasts_ms))
    stage.until = stage.since + lasts_ms
    if record.delay_ms is not None:
        stage.published_at = stage.since + record.delay_ms
    names = stage.components()
    components = stage.pick(names, min(len(names), record.products))
    slow = stage.random.uniform(*_SLOW) if record.slow else 1.0
    shares = [(0.0, 1.0)] if record.slow else _course(record.share, stage.random)
    for since, until, regions in _reach_spans(record, stage, lasts_ms / record.lasts_ms):
        for begin, end, share in _crossed(since, until, shares, stage.since, lasts_ms):
            stage.disrupt(
                components=components,
                regions=regions,
                share=share,
                slow=slow,
                since=begin,
                until=end,
            )


def _course(stated: float | None, random: Random) -> list[tuple[float, float]]:
    """When, as a part of the whole, which share fails: the stated one always, or a drawn one with
    its peak first.

    Published averages have a median of 6 % and peaks one of 16 %.
    """
    if stated is not None:
        return [(0.0, stated)]
    average = exp(random.gauss(log(_AVERAGE), _SPREAD))
    peak = _between(average * _PEAK / _AVERAGE)
    rest = _between((average - _AT_PEAK * peak) / (1 - _AT_PEAK))
    return [(0.0, peak), (_AT_PEAK, rest)]


def _between(share: float) -> float:
    return round(min(_SHARES[1], max(_SHARES[0], share)), 4)


def _reach_spans(
    record: Record, stage: Stage, scale: float
) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    starts = [round(span.offset_ms * scale) for span in record.reach_spans]
    ends = [*starts[1:], stage.until - stage.since]
    for span, start, end in zip(record.reach_spans, starts, ends, strict=True):
        last = min(end, stage.until - stage.since)
        if start < last:
            yield (
                stage.since + start,
                stage.since + last,
                regions_in(span.reach, stage.topology.regions),
            )


def _crossed(
    since: int, until: int, shares: list[tuple[float, float]], begins: int, lasts_ms: int
) -> Iterable[tuple[int, int, float]]:
    """The parts of [since, until) in which one share holds."""
    starts = [begins + round(part * lasts_ms) for part, _ in shares]
    for start, end, (_, share) in zip(
        starts, [*starts[1:], begins + lasts_ms], shares, strict=True
    ):
        if max(since, start) < min(until, end):
            yield max(since, start), min(until, end), share
