"""The results that a judge is rebuilt from, kept current while another process judges: who takes
over reads only what is newer.
"""

from collections import deque
from typing import Final

from coordinator.store import Store
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import Result

SETTLED_MS: Final = 5_000
"""What was received so long ago is committed, or never will be."""
AT_ONCE: Final = 10_000
MOST: Final = 2_000_000
"""Results that are kept; of more, the takeover reads the oldest."""


class Warm:
    """The results of the last stretch of time that count, oldest first."""

    def __init__(self) -> None:
        self._results: deque[Result] = deque(maxlen=MOST)
        self._since: Instant = 0
        self._until: Instant = 0
        self._struck: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._results)

    async def keep(self, store: Store, memory_ms: int) -> None:
        """Read what is new, and forget what is older than a judge remembers."""
        now = clock.now()
        since, settled = now - memory_ms, await store.writers.settled()
        until = now - SETTLED_MS if settled is None else min(settled, now - SETTLED_MS)
        struck = await _struck(store)
        if since < self._since or struck != self._struck or until < self._until:
            self._forget()
        if not self._until:
            self._since = self._until = since
        self._struck = struck
        await self._read(store, until)
        while self._results and self._results[0].received_at < since:
            self._results.popleft()
        self._since = max(self._since, since)

    async def take(self, store: Store, since: Instant) -> tuple[list[Result], Instant]:
        """What is at hand of the results since a moment, and up to which moment that is all.
        Afterwards nothing is kept.
        """
        found = [result for result in self._results if result.received_at >= since]
        whole = self._since <= since < self._until and len(self._results) < MOST
        until = self._until if whole and self._struck == await _struck(store) else since
        self._forget()
        return (found, until) if until > since else ([], since)

    def _forget(self) -> None:
        self._results.clear()
        self._since = self._until = 0

    async def _read(self, store: Store, until: Instant) -> None:
        after = (self._until, "")
        while more := await store.results.received(after, until, AT_ONCE):
            self._results.extend(more)
            after = more[-1].received_at, more[-1].id
        self._until = max(self._until, until)


async def _struck(store: Store) -> frozenset[int]:
    return frozenset(strike.id for strike in await store.striking.standing())
