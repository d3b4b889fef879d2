"""A service that is looked at from six cities, for tests of extra looks."""

from collections.abc import Sequence

from coordinator.domain.inference.confirm import Ask, Confirmation
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Region, Topology
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.series import Series
from tests.coordinator.domain.handmade import RULES, at, net, series_of

CITIES = {
    "dublin": (53.3, -6.3),
    "paris": (48.9, 2.4),
    "virginia": (39.0, -77.5),
    "mumbai": (19.1, 72.9),
    "sydney": (-33.9, 151.2),
    "auckland": (-36.8, 174.8),
}


class Desk:
    """The suspicions of one service that is looked at from six cities, by two workers each."""

    def __init__(self, rules: Rules = RULES, workers: int = 2, components: int = 2) -> None:
        places = [Region(name, name.title(), "", "", *where) for name, where in CITIES.items()]
        self.topology: Topology = net(places, {"claude": components})
        self.all_series: dict[str, dict[str, Series]] = {
            check.id: {region: series_of(check, region) for region in check.regions}
            for check in self.topology.checks
        }
        self.fleet = Fleet(self.topology, self.all_series, rules)
        for city in CITIES:
            self.fleet.standings[city] = (Fitness.FIT, "")
            for n in range(workers):
                self.fleet.worker(city, f"{city}-{n}", at(0)).heard_at = at(10_000)
        self.confirmation = Confirmation(self.topology, self.fleet, rules)

    def earn(self, looks: int) -> None:
        for _ in range(looks):
            self.confirmation.earn()

    def fail(self, seconds: float, region: str = "dublin", check: str = "claude-c1") -> None:
        self.confirmation.suspect(self.all_series[check][region], at(seconds))

    def asks(self, seconds: float, claimed: Sequence[tuple[str, str]] = ()) -> list[Ask]:
        return self.confirmation.asks(at(seconds), frozenset(claimed))


def rich(**fields: int) -> Desk:
    desk = Desk(**fields)
    desk.earn(10_000)
    return desk
