"""How often tokens are used, and from where: counted here, stored every few seconds."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from coordinator.store import TROUBLE, Store
from coordinator.store.access.tokens import Use
from worker.contract.instant import Instant

EVERY_S: Final = 5.0
MOST: Final = 10_000
"""So many pairs of token and address are told apart until they are stored."""

log = logging.getLogger(f"outscope.{__name__}")


class Uses:
    """What was counted and not yet stored."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], tuple[int, Instant]] = {}

    def count(self, token: str, address: str, at: Instant) -> None:
        """A token was used; beyond so many addresses nobody asks from which."""
        key = (token, address)
        if key not in self._counted and len(self._counted) >= MOST:
            key = (token, "")
        times, _ = self._counted.get(key, (0, at))
        self._counted[key] = (times + 1, at)

    async def store(self, store: Store) -> None:
        """Add to the store what was counted; what cannot be stored now is kept for the next
        time.
        """
        counted, self._counted = self._counted, {}
        found = [Use(*key, *told) for key, told in counted.items()]
        try:
            if found:
                await store.tokens.used(found)
        except TROUBLE as error:
            log.warning("uses_not_stored error=%r", error)
            for use in found:
                times, at = self._counted.get((use.token, use.address), (0, use.at))
                self._counted[use.token, use.address] = (times + use.times, max(at, use.at))


@asynccontextmanager
async def counting(store: Store) -> AsyncIterator[Uses]:
    """Uses that are stored every few seconds, and at the end."""
    uses = Uses()

    async def go_on() -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await uses.store(store)

    task = asyncio.create_task(go_on())
    try:
        yield uses
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await uses.store(store)
