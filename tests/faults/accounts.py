"""The accounts of looks: what was due, what workers were ordered, what is stored and what is
declared missing.
"""

from collections import Counter
from dataclasses import dataclass, field

from coordinator.configuration import from_document
from coordinator.domain.schedule.schedule import Schedule
from tests.faults.fleet import Fleet
from worker.contract.instant import Instant
from worker.contract.message import Order

LATE_MS = 1_000
"""An order is sent before its looks are due."""
Slot = tuple[str, str, int]
"""Check, region, slot."""


@dataclass(slots=True)
class Accounts:
    """All looks that were due in a span of time, and what became of them."""

    due: set[Slot]
    ordered: Counter[Slot]
    late: dict[Slot, int]
    """By how many milliseconds the order of a look was late."""
    stored: Counter[Slot]
    missing: dict[Slot, str]
    takeovers_ms: list[int] = field(default_factory=list)

    @property
    def twice(self) -> list[Slot]:
        """Looks that were ordered more than once."""
        return [slot for slot, times in self.ordered.items() if times > 1]

    @property
    def lost(self) -> set[Slot]:
        """Looks of which nobody knows."""
        return self.due - set(self.stored) - set(self.missing)

    @property
    def never_ordered(self) -> set[Slot]:
        """Looks that were due and not ordered, declared or not."""
        return self.due - set(self.ordered)

    def is_whole(self) -> bool:
        """Whether everything is stored, and nothing declared missing any more: what is stored late
        is taken out of its gap.
        """
        return self.due <= set(self.stored) and not self.due & set(self.missing)

    def most_late(self) -> int:
        """Of one check in one region, the most looks that were late."""
        each = Counter((check, region) for check, region, _ in self.late)
        return max(each.values(), default=0)

    def table(self) -> str:
        """As rows to be read."""
        rows = {
            "looks due": len(self.due),
            "ordered": len(self.due & set(self.ordered)),
            "ordered twice": len(self.twice),
            "ordered late": len(self.late),
            "latest, ms": max(self.late.values(), default=0),
            "late of one check in one region": self.most_late(),
            "stored": len(self.due & set(self.stored)),
            "declared missing": len(self.due & set(self.missing)),
            "unaccounted for": len(self.lost),
        }
        if self.takeovers_ms:
            rows["death to first order, ms, longest"] = max(self.takeovers_ms)
            rows["death to first order, ms, median"] = sorted(self.takeovers_ms)[
                len(self.takeovers_ms) // 2
            ]
        return "\n".join(f"{name:<36}{value:>8}" for name, value in rows.items())


def names_of(order: Order) -> list[tuple[Slot, Instant]]:
    """The regular looks of an order, and when each is due."""
    ids = [text.split('"id":"', 1)[1].split('"', 1)[0] for text in order.checks]
    return [
        ((ids[index], order.region, slot), at)
        for index, slot, attempt, at in order.looks
        if not attempt
    ]


def accounts(fleet: Fleet, since: Instant, before: Instant) -> Accounts:
    """Of all looks that were due in [since, before)."""
    found = fleet.ask(lambda store: store.configurations.current())
    assert found is not None
    topology = from_document(found[1]).topology
    due = {
        (look.check.id, look.region, look.slot) for look in Schedule(topology).due(since, before)
    }
    ordered: Counter[Slot] = Counter()
    late: dict[Slot, int] = {}
    for reporter in fleet.reporters.values():
        for order in list(reporter.orders):
            for slot, at in names_of(order):
                ordered[slot] += 1
                if order.issued_at - at > LATE_MS and slot in due:
                    late[slot] = order.issued_at - at
    stored = Counter(
        (result.check, result.region, topology.check[result.check].slot(result.scheduled_at))
        for result in fleet.stored()
        if not result.attempt
    )
    missing = {
        (gap["check"], gap["region"], slot): str(gap["reason"])
        for gap in fleet.gaps()
        for slot in range(gap["first_slot"], gap["last_slot"] + 1)
    }
    return Accounts(due, ordered, late, stored, missing)
