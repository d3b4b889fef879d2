"""A simulated internet with known truth: what workers would report of it, seeded, without any
clock.

The judge never imports this, and this never imports the judge: it knows only topologies and
results.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from worker.contract.outcome import BLAME, Blame, Reason
from worker.contract.result import Result, result_id

START = 1_790_000_000_000
"""A moment to start from, in milliseconds."""

PLACES = ("Ireland", "Virginia", "Oregon", "Singapore", "Sydney", "Mumbai", "Cape Town", "Santiago")


@dataclass(frozen=True)
class Trouble:
    """Something that fails from `since` until `until`: looks that match all that is named, with
    probability `share`.
    """

    since: int
    until: int = START * 2
    regions: Sequence[str] | None = None
    services: Sequence[str] | None = None
    components: Sequence[str] | None = None
    workers: Sequence[str] | None = None
    share: float = 1.0
    reason: Reason = Reason.TIMEOUT
    blame: Blame | None = None

    def hits(self, check: Check, region: str, worker: str, at: int) -> bool:
        wanted = (
            (self.regions, region),
            (self.services, check.service),
            (self.components, check.component),
            (self.workers, worker),
        )
        return self.since <= at < self.until and all(
            names is None or name in names for names, name in wanted
        )


@dataclass(frozen=True)
class Silence:
    """Nothing is reported from these regions in that time."""

    since: int
    until: int
    regions: Sequence[str]


def topology(
    regions: int = 5,
    services: Sequence[tuple[str, int]] = (("claude", 3), ("openai", 2), ("gemini", 2)),
    references: int = 4,
    interval_ms: int = 2_000,
    timeout_ms: int = 1_000,
) -> Topology:
    """Regions r1, r2, ...; services with components c1, c2, ...; one reference service with
    components ref1, ...
    """
    places = tuple(
        Region(f"r{n}", PLACES[n - 1], "IE", "EU", 0.0, 0.0) for n in range(1, regions + 1)
    )
    described = [(name, Role.SERVICE, "c", count) for name, count in services]
    described += [("internet", Role.REFERENCE, "ref", references)] if references else []
    ids = tuple(region.id for region in places)
    return Topology(
        places,
        tuple(
            Service(
                name,
                name.title(),
                role,
                tuple(Component(f"{prefix}{n}", f"{prefix}{n}".upper()) for n in _to(count)),
            )
            for name, role, prefix, count in described
        ),
        tuple(
            Check(f"{name}-{prefix}{n}", name, f"{prefix}{n}", "http", interval_ms, timeout_ms, ids)
            for name, _, prefix, count in described
            for n in _to(count)
        ),
    )


def _to(count: int) -> range:
    return range(1, count + 1)


def results(
    topology: Topology,
    since: int,
    until: int,
    troubles: Iterable[Trouble] = (),
    silences: Iterable[Silence] = (),
    workers: int = 1,
    noise: float = 0.0,
    seed: int = 1,
) -> list[Result]:
    """Every result of that time, in the order in which the coordinator received them."""
    random = Random(seed)
    troubles, silences = tuple(troubles), tuple(silences)
    found = [
        _result(
            check, region, f"{region}-{random.randint(1, workers)}", at, troubles, noise, random
        )
        for at, check, region in sorted(_due(topology, since, until, seed), key=lambda due: due[0])
        if not any(s.since <= at < s.until and region in s.regions for s in silences)
    ]
    return sorted(found, key=lambda result: (result.received_at, result.id))


def _due(topology: Topology, since: int, until: int, seed: int) -> Iterator[tuple[int, Check, str]]:
    for check in topology.checks:
        for region in check.regions:
            phase = crc32(f"{check.id} {region} {seed}".encode()) % check.interval_ms
            first = (since - phase) // check.interval_ms + 1
            for slot in range(first, (until - phase) // check.interval_ms + 1):
                yield slot * check.interval_ms + phase, check, region


def _result(
    check: Check,
    region: str,
    worker: str,
    at: int,
    troubles: Sequence[Trouble],
    noise: float,
    random: Random,
) -> Result:
    trouble = next(
        (t for t in troubles if t.hits(check, region, worker, at) and random.random() < t.share),
        None,
    )
    if trouble is None and random.random() < noise:
        trouble = Trouble(0)
    reason = trouble.reason if trouble else Reason.OK
    blame = (trouble.blame or BLAME[reason]) if trouble else Blame.NONE
    took = check.timeout_ms if reason is Reason.TIMEOUT else random.randint(20, 120)
    return Result(
        id=result_id(check.id, region, worker, at // check.interval_ms, 0),
        check=check.id,
        service=check.service,
        component=check.component,
        kind=check.kind,
        region=region,
        worker=worker,
        scheduled_at=at,
        started_at=at + random.randint(0, 5),
        received_at=at + took + random.randint(200, 600),
        attempt=0,
        ok=trouble is None,
        reason=reason,
        blame=blame,
        total_ms=float(took),
    )
