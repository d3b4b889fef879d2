"""A fleet that hears what workers look at, and is judged each second."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from coordinator.domain.model.fitness import FitnessChange
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.look import Vote
from coordinator.domain.window.series import Series
from tests.coordinator.domain.handmade import RULES, START, at, code_of, net, series_of

RULES_HERE = replace(RULES, silent_after_ms=30_000)
Fails = Callable[[str, str, str, int], bool]
"""(region, worker, check, slot) -> whether that look fails."""


class Watch:
    """A fleet that hears what workers look at, slot by slot, and is judged each second."""

    def __init__(self, topology: Topology, rules: Rules = RULES_HERE) -> None:
        reference = {check.id: check.service == "internet" for check in topology.checks}
        self.topology, self.rules = topology, rules
        self.all_series: dict[str, dict[str, Series]] = {
            check.id: {
                region: series_of(check, region, reference=reference[check.id])
                for region in check.regions
            }
            for check in topology.checks
        }
        self.fleet = Fleet(topology, self.all_series, rules)
        self.changes: list[FitnessChange] = []

    def hear(
        self, slot: int, workers: Iterable[tuple[str, str]], fails: Fails = lambda *_: False
    ) -> None:
        """Each of these workers looks at everything at the start of a slot."""
        for region, name in workers:
            for check in self.topology.checks:
                failed = fails(region, name, check.id, slot)
                worker = self.fleet.worker(region, name, at(10 * slot))
                series = self.all_series[check.id][region]
                series.add(
                    code_of(10 * slot, Vote.BAD if failed else Vote.GOOD, worker=worker.number)
                )
                worker.hear(series, at(10 * slot), not failed, made=True)
            self.fleet.examine.add((region, name))

    def judge(self, first: int, last: int) -> None:
        """Judge at each second from one to the other."""
        for second in range(first, last + 1):
            self.changes += self.fleet.judge(at(second))

    def run(
        self,
        slots: Iterable[int],
        workers: Iterable[tuple[str, str]],
        fails: Fails = lambda *_: False,
    ) -> None:
        """Look and be judged, slot by slot."""
        for slot in slots:
            self.hear(slot, workers, fails)
            self.judge(10 * slot, 10 * slot + 9)

    def told(self, region: str, worker: str | None = None) -> list[tuple[int, str]]:
        """The changes of a region or worker: seconds after the start, and what it became."""
        return [
            ((change.at - START) // 1000, str(change.fitness))
            for change in self.changes
            if (change.region, change.worker) == (region, worker)
        ]


def alone(*regions: str) -> list[tuple[str, str]]:
    """The one worker of each of these regions."""
    return [(region, "w") for region in regions]


EVERYONE = alone("r1", "r2", "r3", "r4")
WIDE = net(4, {"claude": 1, "openai": 1, "gemini": 1}, references=3)
