"""Up to when all that came in late was seen to: a mark in the store, from which whoever judges next
looks for the rest.
"""

from collections.abc import AsyncIterator
from typing import Final

from coordinator.store import Store
from worker.contract.instant import Instant
from worker.contract.result import Result

KIND: Final = "late"
EVERY_MS: Final = 10_000
"""How often the mark moves while nothing comes in late."""
AT_ONCE: Final = 2_000
"""Results that are read at once, so that orders need not wait."""


async def load(store: Store) -> Instant | None:
    """The mark; None before there was one."""
    document = (await store.standings.all(KIND)).get(KIND)
    return None if document is None else int(document["seen_to"])


async def save(store: Store, at: Instant) -> None:
    """All that was received before this moment is seen to."""
    await store.standings.put(KIND, KIND, at, {"seen_to": at})


async def late_since(
    store: Store, since: Instant, before: Instant, late_ms: int
) -> AsyncIterator[list[Result]]:
    """What was received in [since, before), more than `late_ms` after it was due."""
    after = since, ""
    while more := await store.results.received(after, before, AT_ONCE, late_ms=late_ms):
        yield more
        after = more[-1].received_at, more[-1].id
