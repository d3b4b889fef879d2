"""The books of an installation: of each look that was due, whether it is stored, was refused by its
worker as too late, or is declared missing.
"""

from collections import Counter
from dataclasses import dataclass

from coordinator.configuration import from_document
from coordinator.domain.schedule.schedule import Schedule
from coordinator.store import Store
from worker.contract.instant import Instant
from worker.contract.outcome import NOT_MADE

Slot = tuple[str, str, int]
"""Check, region, slot."""
MOST_GAPS = 10_000


@dataclass(frozen=True, slots=True)
class Books:
    """All looks that were due in a span of time."""

    due: dict[Slot, Instant]
    """And when."""
    stored: Counter[Slot]
    refused: frozenset[Slot]
    failed: frozenset[Slot]
    """Of those that were made: they said that something is wrong, there or here."""
    missing: dict[Slot, str]
    late: dict[Slot, int]
    """Of those that were made: how many milliseconds after its moment a look began."""
    incidents: int
    notices: int
    """Verdicts that said of a service that something is wrong."""

    @property
    def longest_late_ms(self) -> int:
        """Of all that were made."""
        return max(self.late.values(), default=0)

    @property
    def twice(self) -> set[Slot]:
        """Slots with two results."""
        return {slot for slot, times in self.stored.items() if times > 1}

    @property
    def unknown(self) -> set[Slot]:
        """Looks of which nobody says what became of them."""
        return set(self.due) - set(self.stored) - set(self.missing)

    @property
    def both(self) -> set[Slot]:
        """Looks that are stored, and declared missing all the same."""
        return set(self.due) & set(self.stored) & set(self.missing)

    def balance(self) -> bool:
        """Whether each look is one of stored, refused and missing."""
        return not self.unknown and not self.both

    def told(self) -> str:
        """The table, and what does not balance."""
        both = [f"{slot} {self.missing[slot]}" for slot in sorted(self.both)]
        return "\n".join([self.table(), *both, *map(str, sorted(self.unknown))])

    def table(self) -> str:
        """As rows to be read."""
        stored = set(self.due) & set(self.stored)
        why = Counter(self.missing[slot] for slot in set(self.due) & set(self.missing))
        rows = {
            "looks due": len(self.due),
            "stored": len(stored - self.refused),
            "  of these, failed": len(self.failed),
            "refused as too late": len(stored & self.refused),
            "declared missing": sum(why.values()),
            **{f"  {reason}": count for reason, count in sorted(why.items())},
            "unaccounted for": len(self.unknown),
            "stored and declared missing": len(self.both),
            "two results of one look": len(self.twice),
            "longest late, ms": self.longest_late_ms,
            "incidents": self.incidents,
            "verdicts that something is wrong": self.notices,
        }
        return "\n".join(f"{name:<36}{value:>8}" for name, value in rows.items())


async def books(store: Store, since: Instant, before: Instant) -> Books:
    """Of all looks that were due in [since, before)."""
    found = await store.configurations.current()
    assert found is not None
    topology = from_document(found[1]).topology
    looks = Schedule(topology).due(since, before)
    due = {(look.check.id, look.region, look.slot): look.scheduled_at for look in looks}
    stored: Counter[Slot] = Counter()
    refused: set[Slot] = set()
    failed: set[Slot] = set()
    late: dict[Slot, int] = {}
    for result in await store.results.recent(0):
        number = topology.check[result.check].slot(result.scheduled_at)
        slot = result.check, result.region, number
        if result.attempt or slot not in due:
            continue
        if result.reason in NOT_MADE:
            refused.add(slot)
        else:
            stored[slot] += 1
            failed |= set() if result.ok else {slot}
            late[slot] = max(0, result.started_at - result.scheduled_at)
    refused -= stored.keys()  # somebody made it after all
    stored.update(refused)
    missing = {
        (gap["check"], gap["region"], number): str(gap["reason"])
        for gap in await store.gaps.since(since, limit=MOST_GAPS)
        for number in range(gap["first_slot"], gap["last_slot"] + 1)
    }
    wrong = 0
    for service in topology.services:
        told = await store.verdicts.history(service.id, limit=1_000)
        wrong += sum(one["severity"] not in ("operational", "unknown") for one in told)
    incidents = (await store.incidents.page()).items
    made = frozenset(refused), frozenset(failed)
    return Books(due, stored, *made, missing, late, len(incidents), wrong)
