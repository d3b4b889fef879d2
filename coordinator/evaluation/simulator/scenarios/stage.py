"""The stage of a play: it picks who is hit and when, by the seed, and writes trouble and truth down
together.
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final, TypeVar

from coordinator.domain.model.topology import Check, Role
from coordinator.evaluation.simulator.arrival import Arrival
from coordinator.evaluation.simulator.fleet.placement import Placement, usual_placement
from coordinator.evaluation.simulator.fleet.shape import MAIN, Shape
from coordinator.evaluation.simulator.truth import Scope, Truth, reach
from coordinator.evaluation.simulator.world.latency import STEP_MS
from coordinator.evaluation.simulator.world.noise import Noise
from coordinator.evaluation.simulator.world.trouble import BROKEN, CUT, Failure, Trouble
from worker.contract.instant import Instant

_T = TypeVar("_T")

MINUTE_MS: Final = 60_000
_EPOCH: Final = 1_788_220_800_000
"""1 September 2026: plays begin within a year of it."""
_YEAR_MS: Final = 365 * 86_400_000
_WARM_MS: Final = 20 * MINUTE_MS
_WARM_SLOTS: Final = 40
_LATEST_MS: Final = 5 * MINUTE_MS
_LASTS_MS: Final = (10 * MINUTE_MS, 25 * MINUTE_MS)
_LASTS_SLOTS: Final = 8
_SLOW_MS: Final = 250
"""What is slow is so for people, too: an answer from around the corner takes a quarter of a second
more.
"""
_TAIL_MS: Final = 12 * MINUTE_MS
_TAIL_SLOTS: Final = 14


class Stage:
    """Trouble comes in [since, until), after a warm-up in which normal can be learned and before a
    quiet tail.
    """

    def __init__(self, scenario: str, shape: Shape, seed: int, noise: Noise) -> None:
        self.shape: Final = shape
        self.topology: Final = shape.topology
        self.noise = noise
        self.seed: Final = seed
        self.random: Final = Random(f"{seed} {scenario}")
        self.begins: Final = _EPOCH + self.random.randrange(_YEAR_MS // STEP_MS) * STEP_MS
        self.warm_until: Final = self.begins + max(_WARM_MS, _WARM_SLOTS * shape.interval_ms)
        self.since: Final = self.warm_until + self.random.randrange(_LATEST_MS)
        lasts_ms = max(self.random.randint(*_LASTS_MS), _LASTS_SLOTS * shape.interval_ms)
        self.until: Instant = self.since + lasts_ms
        self.ends: Instant | None = None
        """When the play ends; by itself, some time after the last trouble."""
        self.placement: Placement = usual_placement(shape.topology)
        self.regions: Final = tuple(region.id for region in self.topology.regions)
        self.services: Final = tuple(s.id for s in self.topology.services if s.role is Role.SERVICE)
        self.main: Final = MAIN
        self.troubles: list[Trouble] = []
        self.truths: list[Truth] = []
        self.arrivals: list[Arrival] = []
        self.unheard: frozenset[str] = frozenset()
        self.published_at: Instant | None = None

    @property
    def end(self) -> Instant:
        """When the play ends."""
        tail_ms = max(_TAIL_MS, _TAIL_SLOTS * self.shape.interval_ms)
        return self.ends or max([self.until, *(truth.until for truth in self.truths)]) + tail_ms

    def pick(self, of: Sequence[_T], count: int) -> tuple[_T, ...]:
        """Some of them by chance, in their order."""
        chosen = sorted(self.random.sample(range(len(of)), count))
        return tuple(of[place] for place in chosen)

    def one(self, of: Sequence[_T]) -> _T:
        """One of them by chance."""
        return self.random.choice(of)

    def components(self, service: str | None = None) -> tuple[str, ...]:
        """All components of a service, of the main one by itself."""
        return tuple(
            component.id for component in self.topology.service[service or self.main].components
        )

    def moments(self, count: int) -> list[Instant]:
        """So many moments, spread evenly from `since` to before `until`."""
        return [self.since + (self.until - self.since) * n // count for n in range(count)]

    def disrupt(
        self,
        *,
        service: str | None = None,
        components: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
        share: float = 1.0,
        failures: tuple[Failure, ...] = BROKEN,
        slow: float = 1.0,
        delay_ms: int = _SLOW_MS,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> None:
        """These components of a service fail in these regions: all of the main service, everywhere,
        by itself.
        """
        service = service or self.main
        parts, places = (
            tuple(components or self.components(service)),
            tuple(regions or self.regions),
        )
        since, until = since or self.since, until or self.until
        checks = frozenset(c.id for c in self.topology.checks_of(service) if c.component in parts)
        failing, later_ms = (failures, 0) if slow == 1.0 else ((), delay_ms)
        self.troubles.append(
            Trouble(
                since,
                until,
                failing,
                share,
                checks,
                frozenset(places),
                slow=slow,
                delay_ms=later_ms,
            )
        )
        self.tell(service, parts, places, share, since, until, slow=slow != 1.0)

    def tell(
        self,
        service: str,
        components: Sequence[str],
        regions: Sequence[str],
        share: float,
        since: Instant,
        until: Instant,
        scope: Scope | None = None,
        slow: bool = False,
    ) -> None:
        """It is true that these components fail in these regions, as far as those can be heard."""
        heard = tuple(region for region in regions if region not in self.unheard)
        able = len(self.regions) - len(self.unheard)
        reached = scope or reach(self.topology, service, heard, components, able)
        self.truths.append(
            Truth(service, since, until, reached, heard, tuple(components), share, slow)
        )

    def disrupt_checks(
        self, checks: Iterable[Check], regions: Sequence[str], failures: tuple[Failure, ...]
    ) -> None:
        """These endpoints fail in these regions, whichever services they belong to."""
        found = tuple(checks)
        for service in self.services:
            parts = tuple(check.component for check in found if check.service == service)
            if parts:
                self.disrupt(service=service, components=parts, regions=regions, failures=failures)

    def break_workers(
        self,
        workers: Iterable[str],
        failures: tuple[Failure, ...] = CUT,
        share: float = 1.0,
        checks: Iterable[str] | None = None,
        slow: float = 1.0,
        clock_ms: int = 0,
        since: Instant | None = None,
    ) -> None:
        """These workers are at fault, and no target is."""
        only = None if checks is None else frozenset(checks)
        self.troubles.append(
            Trouble(
                since or self.since,
                self.until,
                failures,
                share,
                only,
                workers=frozenset(workers),
                slow=slow,
                clock_ms=clock_ms,
            )
        )

    def silence(self, regions: Iterable[str], since: Instant, until: Instant) -> None:
        """Nothing is heard of these regions, and what is true there from now on cannot be known."""
        self.unheard |= frozenset(regions)
        self.troubles.append(Trouble(since, until, regions=frozenset(regions), silent=True))

    def nobody_knows(
        self, regions: Sequence[str] | None = None, services: Sequence[str] | None = None
    ) -> None:
        """From here nobody could say how these services are."""
        for service in services or self.services:
            self.tell(
                service,
                self.components(service),
                regions or self.regions,
                1.0,
                self.since,
                self.until,
                "unknown",
            )

    def workers(self, regions: Iterable[str] | None = None) -> tuple[str, ...]:
        """The workers of these regions, of all by itself."""
        return tuple(
            worker for region in regions or self.regions for worker in self.shape.workers_of(region)
        )
