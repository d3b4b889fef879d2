"""How far a signal is, and what became of it: kept in the store, so that a process that begins
anew goes on there.
"""

from collections import Counter
from typing import Any, Final

from coordinator.store import Store
from coordinator.store.results.measuring import Position, Sampled
from coordinator.store.state.standings import TELEMETRY, TELEMETRY_PLACE
from coordinator.telemetry.sending import Sent
from worker.contract import clock
from worker.contract.instant import Instant, rfc3339

QUIET_MS: Final = 5_000
LONGEST_BEHIND_MS: Final = 24 * 3_600_000
"""What was received before is given up, and counted."""
FIRST_MS: Final = 60_000
"""A first start goes back so far: to what was seen while all the others started."""
EVERY: Final = Sampled(failed=False)


async def reach(store: Store, at: Instant) -> Instant:
    """Before this moment nothing more is going to be stored.

    One process stores in the order of receipt, but what it receives within one millisecond may come
    in two parts: the last one waits until a later one is there, or nothing has come for a while.
    """
    settled = await store.writers.settled()
    if settled is not None:
        return settled
    last = await store.results.last_received_at() or 0
    return last + 1 if at - last > QUIET_MS else last


class Place:
    """The place of one signal, behind which it goes on. What else is to be kept with it is in
    `more`.
    """

    def __init__(self, store: Store, signal: str) -> None:
        self._store = store
        self.signal = signal
        self.after: Position = (0, "")
        self.since: Instant = 0
        """Since when is counted."""
        self.more: dict[str, Any] = {}
        self.delivered = 0
        self.requests = 0
        self.failures = 0
        self.wrong = ""
        """What was wrong the last time."""
        self.dropped = Counter[str]()

    async def find(self) -> bool:
        """Where it was left; False when there is nothing, and it begins lately."""
        told = (await self._store.standings.all(TELEMETRY)).get(self.signal, {})
        self.delivered, self.requests = told.get("delivered", 0), told.get("requests", 0)
        self.failures, self.dropped = told.get("failures", 0), Counter(told.get("dropped", {}))
        kept = (await self._store.standings.all(TELEMETRY_PLACE)).get(self.signal)
        if kept is None:
            self.since = clock.now() - FIRST_MS
            self.after = (self.since, "")
            return False
        at, identifier = kept["after"]
        self.after, self.since, self.more = (at, identifier), kept["since"], kept["more"]
        return True

    async def give_up(self, at: Instant, sampled: Sampled = EVERY) -> None:
        """Skip what is too old to be of use, and count it."""
        begin = (at - LONGEST_BEHIND_MS, "")
        if self.after < begin:
            self.dropped["too_old"] += await self._store.measuring.number(
                self.after, begin[0], sampled
            )
            self.after = begin

    def note(self, sent: Sent, number: int) -> bool:
        """Count what became of so many; whether they are done with."""
        self.wrong = sent.wrong
        self.requests += 1
        self.failures += bool(sent.wrong)
        if not sent.wrong:
            self.delivered += number - sent.rejected
            self.dropped["rejected"] += sent.rejected
        elif sent.final:
            self.dropped["refused"] += number
        return sent.final or not sent.wrong

    async def keep(self, at: Instant, reached: Instant) -> None:
        """Keep it all, in one transaction."""
        told = {
            "at": rfc3339(at),
            "delivered": self.delivered,
            "requests": self.requests,
            "failures": self.failures,
            "dropped": dict(+self.dropped),
            "behind_ms": max(0, reached - self.after[0]),
            "wrong": self.wrong,
        }
        place = {"after": self.after, "since": self.since, "more": self.more}
        await self._store.standings.put_many(
            [(TELEMETRY, self.signal, at, told), (TELEMETRY_PLACE, self.signal, at, place)]
        )
