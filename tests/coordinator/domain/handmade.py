"""Checks, looks, series, workers and grids made by hand, for tests of one rule at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coordinator.domain.inference.claim import Coverage
from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from coordinator.domain.window.axes import Axes
from coordinator.domain.window.baseline import (
    FAR,
    NATS_OF_LEVEL,
    Baseline,
    normal_shares,
    votes_of,
)
from coordinator.domain.window.grid import CountGrid, Looks
from coordinator.domain.window.look import REASON_CODE, Vote, pack
from coordinator.domain.window.pace import Pace
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from worker.contract.outcome import Reason

START = 1_789_200_000_000
"""A full hour, and so the start of a slot of every interval."""
INTERVAL_MS = 10_000
RULES = Rules(
    unfit_nats=15.0,
    doubt_nats=4.0,
    unfit_share=0.6,
    blip_nats=5.0,
    burst_ms=0,
    incident_nats=10.0,
    service_nats=7.0,
    region_nats=8.0,
    each_region_nats=2.0,
    cell_nats=13.0,
    each_component_nats=2.0,
    end_nats=3.0,
    alarm_share=0.97,
    claim_share=0.9,
    clear_share=0.1,
    second_share=0.995,
    outage_share=0.8,
)
"""Pinned, so that tuning what is usual changes no test of a rule."""


def at(seconds: float) -> int:
    """The moment so many seconds after the start."""
    return START + round(1000 * seconds)


def check_of(
    name: str = "claude-c1",
    regions: Sequence[str] = ("r1", "r2", "r3"),
    interval_ms: int = INTERVAL_MS,
    timeout_ms: int = 5_000,
) -> Check:
    """A check named after its service and component."""
    service, component = name.split("-")
    return Check(name, service, component, "http", interval_ms, timeout_ms, tuple(regions))


QUICK = 4
"""The level of a look that takes as long as usual."""


def longer_by(good: np.ndarray, slow: np.ndarray) -> np.ndarray:
    """What good looks say for taking longer, of which these are slow."""
    told: np.ndarray = slow * NATS_OF_LEVEL[FAR] + (good - slow) * NATS_OF_LEVEL[QUICK]
    return told


def code_of(
    seconds: float,
    vote: Vote = Vote.GOOD,
    *,
    worker: int = 0,
    attempt: int = 0,
    late: bool = False,
    slow: bool = False,
    reason: Reason | None = None,
) -> int:
    """A look as its number."""
    usual = Reason.OK if vote is Vote.GOOD else Reason.TIMEOUT
    level = (FAR if slow else QUICK) if vote is Vote.GOOD else 0
    return pack(at(seconds), attempt, worker, vote, late, slow, reason or usual) | level


def series_of(
    check: Check,
    region: str,
    codes: Iterable[int] = (),
    *,
    reference: bool = False,
    span_ms: int = 600_000,
    rules: Rules = RULES,
) -> Series:
    """A series with these looks."""
    series = Series(check, region, reference, span_ms, rules)
    for code in codes:
        series.add(code)
    return series


def vantage_of(
    region: str = "r1",
    number: int = 0,
    *,
    heard: float = 0,
    answered: float | None = None,
    bucket_ms: int = INTERVAL_MS,
    fresh_ms: int = 90_000,
) -> Vantage:
    """A worker, last heard and last answered so many seconds after the start."""
    vantage = Vantage(region, f"{region}-{number}", number, bucket_ms, at(heard), fresh_ms)
    vantage.answered_at = LONGEST_AGO if answered is None else at(answered)
    return vantage


def share_of(normal: Baseline) -> float:
    """The share of looks that fails while all is well, where nothing else is known."""
    return float(normal_shares(votes_of([normal]), 1 / RULES.prior_looks, RULES)[0])


def regions_of(count: int) -> tuple[str, ...]:
    return tuple(f"r{n}" for n in range(1, count + 1))


def net(
    regions: int | Sequence[Region] = 3,
    services: Mapping[str, int] | None = None,
    references: int = 0,
    interval_ms: int = INTERVAL_MS,
    timeout_ms: int = 5_000,
) -> Topology:
    """Services with so many components each (c1, c2, ...), and one reference service `internet`."""
    places = (
        tuple(Region(name, name.upper(), "IE", "EU", 0.0, 0.0) for name in regions_of(regions))
        if isinstance(regions, int)
        else tuple(regions)
    )
    ids = [place.id for place in places]
    described = [(name, Role.SERVICE, count) for name, count in (services or {"claude": 1}).items()]
    described += [("internet", Role.REFERENCE, references)] if references else []
    names = {name: [f"c{n}" for n in range(1, count + 1)] for name, _, count in described}
    return Topology(
        places,
        tuple(
            Service(name, name.title(), role, tuple(Component(c, c.upper()) for c in names[name]))
            for name, role, _ in described
        ),
        tuple(
            check_of(f"{name}-{c}", ids, interval_ms, timeout_ms)
            for name in names
            for c in names[name]
        ),
    )


@dataclass(frozen=True)
class Seen:
    """One look in a grid: when (seconds), which component and region (places), and what."""

    at: float
    component: int
    region: int
    bad: bool = False
    slow: bool = False
    late: bool = False
    reason: Reason = Reason.TIMEOUT


def some_axes(
    components: int, regions: int, buckets: int = 12, bucket_ms: int = INTERVAL_MS
) -> Axes:
    """Components c1, c2, ... and regions r1, r2, ..."""
    return Axes(
        tuple(f"c{n}" for n in range(1, components + 1)), regions_of(regions), bucket_ms, buckets
    )


def grid_of(axes: Axes, seen: Iterable[Seen], begin: float = 0) -> CountGrid:
    """A grid that begins so many seconds after the start, each look with the weight one."""
    looks = sorted(seen, key=lambda look: (look.component, look.region, at(look.at)))
    shape = (axes.buckets, len(axes.components), len(axes.regions))
    good, bad, slow = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    newest = np.full(shape[1:], LONGEST_AGO)
    for look in looks:
        bucket = min((at(look.at) - at(begin)) // axes.bucket_ms, axes.buckets - 1)
        place = (bucket, look.component, look.region)
        (bad if look.bad else good)[place] += 1
        slow[place] += look.slow and not look.bad
        newest[place[1:]] = max(newest[place[1:]], at(look.at))
    entries = Looks(
        np.array([at(look.at) for look in looks], dtype=np.int64),
        np.array([look.component * shape[2] + look.region for look in looks], dtype=np.int64),
        np.array([look.bad for look in looks], dtype=np.bool_),
        np.array([look.slow for look in looks], dtype=np.bool_),
        np.array([look.late for look in looks], dtype=np.bool_),
        np.array(
            [REASON_CODE[look.reason if look.bad else Reason.OK] for look in looks], dtype=np.int64
        ),
        np.zeros(len(looks), dtype=np.int64),
        np.ones(len(looks)),
    )
    rounds = np.zeros((shape[0], shape[2]))
    longer = longer_by(good, slow)
    return CountGrid(
        axes, at(begin), good, bad, slow, longer, slow, newest, rounds, entries, waiting=False
    )


def coverage_of(axes: Axes, votes: object = True, enabled: object = True) -> Coverage:
    """Who is enabled and votes: flags that spread over (component, region)."""
    shape = (len(axes.components), len(axes.regions))
    wanted = np.broadcast_to(np.asarray(enabled, dtype=np.bool_), shape).copy()
    return Coverage(
        axes, wanted, np.broadcast_to(np.asarray(votes, dtype=np.bool_), shape) & wanted
    )


def pace_of_axes(axes: Axes, interval_ms: int = INTERVAL_MS, timeout_ms: int = 5_000) -> Pace:
    """Every cell is looked at as often."""
    shape = (len(axes.components), len(axes.regions))
    cells = {axes.key(number): interval_ms for number in range(shape[0] * shape[1])}
    return Pace(axes, np.full(shape, interval_ms), np.full(shape, timeout_ms), 0, cells)
