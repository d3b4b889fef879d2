"""One worker of our own and four borrowed places, which look rarely: how far a failure reaches is
told by the extra looks that the judge asks for.
"""

import heapq
from itertools import count

import pytest

from coordinator.configuration.borrowing.lending import with_strides
from coordinator.domain.engine import Engine
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from coordinator.domain.model.verdict import Scope
from coordinator.domain.schedule.schedule import Schedule
from tests.coordinator.domain.handmade import START
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

QUIET_S = 3600
SOON_S = 180
PLACES = {
    "here": ("DE", 52.5, 13.4),
    "gp-us": ("US", 40.7, -74.0),
    "gp-jp": ("JP", 35.7, 139.7),
    "gp-au": ("AU", -33.9, 151.2),
    "gp-br": ("BR", -23.5, -46.6),
}


def topology() -> Topology:
    regions = [
        Region(name, name, country, "EU", latitude, longitude, via="" if name == "here" else "x")
        for name, (country, latitude, longitude) in PLACES.items()
    ]
    shop = [_check(f"shop-c{n}", tuple(PLACES)) for n in (1, 2)]
    net = [_check(f"net-r{n}", ("here",)) for n in (1, 2)]
    services = (
        Service("shop", "Shop", Role.SERVICE, (Component("c1", "C1"), Component("c2", "C2"))),
        Service("net", "Net", Role.REFERENCE, (Component("r1", "R1"), Component("r2", "R2"))),
    )
    checks = (*shop, *net)
    return Topology(with_strides(regions, checks, {}), services, checks)


def _check(name: str, regions: tuple[str, ...]) -> Check:
    service, component = name.split("-")
    return Check(name, service, component, "http", 30_000, 5_000, regions)


class World:
    """Makes the looks that are due, and those that are asked for. From `QUIET_S` on, c1 is down in
    the regions that are named.
    """

    def __init__(self, *down: str) -> None:
        self.down = down
        self.topology = topology()
        self.engine = Engine(self.topology, Rules())
        self.schedule = Schedule(self.topology)
        self.on_their_way: list[tuple[int, int, Result]] = []
        self.numbers = count()
        self.asked: set[str] = set()
        self.said: list[str] = []
        self.now = START

    def run(self, until_s: int) -> None:
        while self.now < START + 1000 * until_s:
            for due in self.schedule.due(self.now, self.now + 1000):
                self._look(due.check, due.region, 0, due.scheduled_at, 2_000)
            seen = []
            while self.on_their_way and self.on_their_way[0][0] <= self.now:
                seen.append(heapq.heappop(self.on_their_way)[2])
            self.engine.observe(seen)
            self.engine.advance(self.now)
            for ask in self.engine.asks():
                self.asked.add(ask.region)
                self._look(self.topology.check[ask.check], ask.region, ask.attempt, self.now, 4_000)
            said = self.engine.verdict("shop").reason
            if said not in self.said[-1:]:
                self.said.append(said)
            self.now += 1000

    def _look(self, check: Check, region: str, attempt: int, at: int, takes_ms: int) -> None:
        fails = region in self.down and check.component == "c1" and at >= START + 1000 * QUIET_S
        result = Result(
            id=f"{check.id}.{region}.{at}.{attempt}",
            check=check.id,
            service=check.service,
            component=check.component,
            kind="http",
            region=region,
            worker=f"{region}-1",
            scheduled_at=at,
            started_at=at,
            received_at=at + takes_ms,
            attempt=attempt,
            ok=not fails,
            reason=Reason.TIMEOUT if fails else Reason.OK,
            blame=Blame.PATH if fails else Blame.NONE,
            total_ms=100.0,
        )
        heapq.heappush(self.on_their_way, (at + takes_ms, next(self.numbers), result))


def test_a_region_that_looks_rarely_is_fit_all_the_same_and_its_word_holds() -> None:
    world = World()
    world.run(QUIET_S)
    assert {region.stride for region in world.topology.regions} == {1, 8}
    assert {fitness for fitness, _ in world.engine.regions().values()} == {Fitness.FIT}
    assert world.said[-1] == "Shop is well in all 5 regions."
    assert len(world.said) <= 8  # while the first looks come in, and then no more


@pytest.mark.parametrize(
    ("down", "scope"), [(("here",), Scope.REGIONAL), (tuple(PLACES), Scope.COMPONENT)]
)
def test_how_far_a_failure_reaches_is_told_within_minutes(
    down: tuple[str, ...], scope: Scope
) -> None:
    world = World(*down)
    world.run(QUIET_S + SOON_S)
    assert world.asked > {"gp-us"} or len(world.asked & {"gp-jp", "gp-au", "gp-br"}) >= 2
    verdict = world.engine.verdict("shop")
    assert verdict.scope is scope
    assert "5 regions heard" in verdict.reason
