"""What has to hold: at each step, and of the books after each calm."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from operator import itemgetter
from typing import Any, Final

from coordinator.configuration import Configuration
from coordinator.domain.model.verdict import CellState, Severity, Verdict
from coordinator.domain.schedule.schedule import Schedule
from coordinator.evaluation.replay import Outscope
from coordinator.store import Store
from worker.contract.instant import Instant, rfc3339
from worker.contract.outcome import NOT_MADE
from worker.contract.result import Result

Slot = tuple[str, str, int]
SPARE_MS: Final = 5_000
MOST_GAPS: Final = 1_000_000
EXAMPLES: Final = 5


class BrokenError(AssertionError):
    """An invariant does not hold. `name` says which."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


@dataclass
class Totals:
    """The books of a whole run."""

    due: int = 0
    stored: int = 0
    late: int = 0
    extra: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    verdicts: int = 0
    wrong: int = 0
    """Verdicts that say that something is wrong."""


class Watch:
    """Sees what leaders store and say."""

    def __init__(self, configuration: Configuration) -> None:
        self._topology = configuration.topology
        self._rules = configuration.rules
        self._schedule = Schedule(configuration.topology)
        self._replay = Outscope(configuration.judged, configuration.rules)
        self._replayed: dict[str, dict[str, Any]] = {}
        self._read: tuple[Instant, str] = (0, "")
        self._workers: dict[Slot, str] = {}
        """Who looked in each slot, as far as it was stored since the last audit."""
        self._heard: dict[tuple[str, str], Instant] = {}
        """When the latest look of a service from a region was due that came in."""
        self.totals = Totals()
        self._claimed: list[Verdict] = []
        """What was said since the last audit."""
        slowest = max((check.interval_ms for check in self._topology.checks), default=0)
        looks_ms = self._rules.window_intervals * slowest
        self._window_ms = max(self._rules.window_ms, looks_ms) + SPARE_MS
        self.leaders = 0
        self.trouble: list[BrokenError] = []

    def begun(self, store: Store, _lead: Any) -> None:
        """Somebody leads, and judges by this store: see what it stores."""
        self.leaders += 1
        add, tell = store.results.add, store.verdicts.add_many

        async def added(results: Sequence[Result], writer: str = "") -> list[Result]:
            new = await add(results, writer)
            self._stored(new)
            return new

        async def told(verdicts: Iterable[Verdict]) -> None:
            found = list(verdicts)
            await tell(found)
            for verdict in found:
                self._said(verdict)

        vars(store.results).update(add=added)
        vars(store.verdicts).update(add_many=told)

    def _fail(self, name: str, why: str) -> None:
        self.trouble.append(BrokenError(name, why))

    def _stored(self, new: Iterable[Result]) -> None:
        for one in new:
            pair = one.service, one.region
            self._heard[pair] = max(one.scheduled_at, self._heard.get(pair, 0))
            if one.attempt:
                self.totals.extra += 1
                continue
            if one.reason in NOT_MADE:
                continue
            slot = one.check, one.region, one.scheduled_at
            other = self._workers.setdefault(slot, one.worker)
            if other != one.worker:
                when = rfc3339(one.scheduled_at)
                self._fail("twice", f"{one.check} {one.region} {when} by {other} and {one.worker}")

    def _said(self, verdict: Verdict) -> None:
        self.totals.verdicts += 1
        self._claimed.append(verdict)
        self.totals.wrong += verdict.severity is not Severity.OPERATIONAL
        for region in verdict.regions:
            self._claims(verdict, region)
        for cell in verdict.cells:
            if cell.state is not CellState.UNKNOWN:
                self._claims(verdict, cell.region)

    def _claims(self, verdict: Verdict, region: str) -> None:
        heard = self._heard.get((verdict.service, region), 0)
        if verdict.at - heard > self._window_ms:
            ago = (verdict.at - heard) / 1000
            why = f"{verdict.service} at {rfc3339(verdict.at)}: {region}, unheard for {ago:.0f} s"
            self._fail("claims", f"{why}: {verdict.reason}")

    def check(self) -> None:
        """BrokenError when something did not hold until now."""
        if self.trouble:
            raise self.trouble[0]

    async def audit(self, store: Store, since: Instant, before: Instant, now: Instant) -> None:
        """Of each look that was due in a span it is known what became of it, and the replay of
        what is stored says what was said.
        """
        self.check()
        due = {
            (look.check.id, look.region, look.slot): look.scheduled_at
            for look in self._schedule.due(since, before)
        }
        stored: Counter[Slot] = Counter()
        refused: set[Slot] = set()
        results = await store.results.received(self._read, now, 1 << 30)
        found = await _due(store, since, before)
        for check, region, at, reason in found:
            slot = check, region, self._topology.check[check].slot(at)
            if reason in NOT_MADE:
                refused.add(slot)
            else:
                stored[slot] += 1
        refused -= stored.keys()
        stored.update(refused)
        late = len(refused)
        missing = await self._missing(store, since)
        self._balance(due, stored, missing)
        self.totals.due += len(due)
        self.totals.stored += len(due.keys() & stored.keys()) - late
        self.totals.late += late
        self.totals.missing.update(missing[slot] for slot in due.keys() & missing.keys())
        await self._compare(store, results, now)
        self._workers.clear()

    async def _missing(self, store: Store, since: Instant) -> dict[Slot, str]:
        return {
            (gap["check"], gap["region"], slot): str(gap["reason"])
            for gap in await store.gaps.since(since, limit=MOST_GAPS)
            for slot in range(gap["first_slot"], gap["last_slot"] + 1)
        }

    def _balance(
        self, due: dict[Slot, Instant], stored: Counter[Slot], missing: dict[Slot, str]
    ) -> None:
        twice = [slot for slot, times in stored.items() if times > 1]
        unknown = due.keys() - stored.keys() - missing.keys()
        both = due.keys() & stored.keys() & missing.keys()
        for name, slots in (("twice", twice), ("unaccounted", unknown), ("both", both)):
            if slots:
                some = sorted(slots, key=lambda slot: due.get(slot, 0))[:EXAMPLES]
                shown = "; ".join(
                    f"{check} {region} {rfc3339(due.get((check, region, slot), 0))}"
                    f" {missing.get((check, region, slot), '')}"
                    for check, region, slot in some
                )
                self._fail(name, f"{len(slots)} looks, the first: {shown}")
        self.check()

    async def _compare(self, store: Store, results: list[Result], now: Instant) -> None:
        """What the replay says last of each service is what was said last of it."""
        if results:
            self._read = results[-1].received_at, results[-1].id
        records = [*self._replay.judge(results), *self._replay.finish(now)]
        told = [record for record in records if record["type"] == "verdict"]
        if self.leaders == 1:
            self._agree(told)
        self._claimed.clear()
        for record in told:
            self._replayed[record["service"]] = record
        for service, record in self._replayed.items():
            live = (await store.verdicts.history(service, limit=1) or [{}])[0]
            for key in ("severity", "scope", "regions", "components"):
                if live.get(key) != record[key]:
                    self._fail("replay", f"live: {live}; replayed: {record}")
        self.check()

    def _agree(self, told: Sequence[dict[str, Any]]) -> None:
        """While nobody took over, it is what was said, word by word."""
        live = [verdict.to_record() for verdict in self._claimed]
        key = itemgetter("at", "service")
        for one, other in zip_longest(sorted(live, key=key), sorted(told, key=key)):
            if one != other:
                self._fail("replay", f"live: {one}; replayed: {other}")


async def _due(store: Store, since: Instant, before: Instant) -> list[tuple[str, str, int, str]]:
    rows = await store._database.fetch(
        'SELECT "check", region, scheduled_at, reason FROM result'
        " WHERE attempt = 0 AND scheduled_at >= ? AND scheduled_at < ?",
        since,
        before,
    )
    return [(row["check"], row["region"], row["scheduled_at"], row["reason"]) for row in rows]
