"""Replay: the past under any rule, by the very functions that run live.

`judging` gives the judge, or a baseline, as something that takes results batch by batch; `replay`
runs results through the judge; `judge_file` runs a file of them through any number of rules at
once. No clock is read.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

from coordinator.domain.engine import Engine, Event
from coordinator.domain.model.fitness import FitnessChange
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.arrivals import as_if_timely
from coordinator.evaluation.baselines import baseline
from coordinator.evaluation.names import OUTSCOPE
from coordinator.result_files import OutOfOrderError, ResultFile, UnreadableError
from worker.contract.instant import Instant
from worker.contract.result import Result

Record = dict[str, Any]
_received = attrgetter("received_at")
_order = attrgetter("received_at", "id")


class Judging(Protocol):
    """A rule at work."""

    def judge(self, results: Sequence[Result]) -> Iterator[Record]:
        """What it says of more results, which come in order of `received_at`."""

    def finish(self, until: Instant | None) -> Iterator[Record]:
        """What it says when no more results come, and when time goes on until then."""


def judging(rule: str, topology: Topology, rules: Rules) -> Judging:
    """A rule by its name; `rules` are for ours. KeyError for an unknown name."""
    return Outscope(topology, rules) if rule == OUTSCOPE else baseline(rule, topology)


class Outscope:
    """Our own rule: the engine, advanced as it is live, step by step of its grid."""

    def __init__(self, topology: Topology, rules: Rules) -> None:
        self._engine = Engine(topology, rules)
        self._step_ms = rules.step_ms
        self._waiting: list[Result] = []

    def judge(self, results: Iterable[Result]) -> Iterator[Record]:
        """Judge every step that is whole: the last one may go on in the next batch."""
        self._waiting += results
        if self._waiting:
            begun = (self._step(self._waiting[-1]) - 1) * self._step_ms
            whole = bisect_right(self._waiting, begun, key=_received)
            ready, self._waiting = self._waiting[:whole], self._waiting[whole:]
            yield from self._judge(ready)

    def finish(self, until: Instant | None) -> Iterator[Record]:
        """Judge the last step, and go on until then."""
        yield from self._judge(self._waiting)
        self._waiting = []
        if until is not None:
            yield from _told(self._engine.advance(-(-until // self._step_ms) * self._step_ms))

    def _judge(self, results: list[Result]) -> Iterator[Record]:
        for step, batch in groupby(results, key=self._step):
            self._engine.observe(batch)
            yield from _told(self._engine.advance(step * self._step_ms))

    def _step(self, result: Result) -> int:
        return -(-result.received_at // self._step_ms)


def _told(events: Iterable[Event]) -> Iterator[Record]:
    """The lines that replay prints: of fitness only the regions'."""
    for event in events:
        if not (isinstance(event, FitnessChange) and event.worker is not None):
            yield event.to_record()


def replay(
    results: Iterable[Result], topology: Topology, rules: Rules, until: Instant | None = None
) -> Iterator[Record]:
    """The records that `outscope replay` prints under our own rule, one for each change, in order
    of time.

    `results` come in order of `received_at`. Time goes on to the last result, and to `until` when
    given; later results are left out.
    """
    ours = Outscope(topology, rules)
    yield from ours.judge(
        results if until is None else (r for r in results if r.received_at <= until)
    )
    yield from ours.finish(until)


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules said of a file of results, in the order in which they were asked, and the time
    that it spans.
    """

    records: tuple[list[Record], ...]
    begin: Instant | None
    end: Instant | None
    results: int


def judge_file(
    file: ResultFile,
    rules: Sequence[Callable[[], Judging]],
    until: Instant | None = None,
    timely: Mapping[str, int] | None = None,
) -> Judged:
    """What these rules say of a file, read once for all of them. With `timely` (how late the
    results of each check may be, in milliseconds) late ones count as if they had come in in time.

    A file that is too far out of order is read whole, sorted, and judged again from the start.
    Raises OSError and UnreadableError.
    """
    if timely is not None:
        told = [as_if_timely(one, timely.get(one.check, 0)) for one in file.sorted()]
        return _judge([sorted(told, key=_order)], [rule() for rule in rules], until)
    try:
        return _judge(file.in_order(), [rule() for rule in rules], until)
    except OutOfOrderError:
        if not file.can_be_read_again:
            raise UnreadableError(
                "is too far out of the order of received_at; write it to a file first"
            ) from None
        return _judge([file.sorted()], [rule() for rule in rules], until)


def _judge(
    batches: Iterable[list[Result]], rules: Sequence[Judging], until: Instant | None
) -> Judged:
    said: tuple[list[Record], ...] = tuple([] for _ in rules)
    begin = end = None
    count = 0
    for batch in batches:
        wanted = batch if until is None else batch[: bisect_right(batch, until, key=_received)]
        for records, rule in zip(said, rules, strict=True):
            records.extend(rule.judge(wanted))
        if wanted:
            count += len(wanted)
            begin, end = begin or wanted[0].received_at, wanted[-1].received_at
        if len(wanted) < len(batch):
            break
    for records, rule in zip(said, rules, strict=True):
        records.extend(rule.finish(until))
    return Judged(said, begin, until if until is not None else end, count)
