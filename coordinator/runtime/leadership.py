"""One coordinator at a time works on a database. A second one stands by, or is refused, and takes
over when the first is silent.

Whether it is silent is for the database's clock to say, and for our own eyes: a lease that has run
out is taken only when it was not renewed while we watched, so neither a clock that is wrong nor a
database that comes back unseats a coordinator that lives. Who was unseated all the same can commit
nothing (`store/leases.py`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from coordinator.runtime.holder import ended, holder_name, told
from coordinator.runtime.retry import UNREACHABLE
from coordinator.runtime.stopping import told_within
from coordinator.store import Store
from worker.contract.clock import monotonic_s
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

LEASE: Final = "coordinator"
TERM_MS: Final = 10_000
RENEW_S: Final = 3.0
WATCH_S: Final = 5.0
"""A coordinator that lives renews its lease in this time."""
LOOK_S: Final = 0.5


class AnotherCoordinatorError(Exception):
    """Another coordinator works on this database."""


@asynccontextmanager
async def leadership(
    store: Store, stop: asyncio.Event, *, standby: bool = True
) -> AsyncIterator["Leadership | None"]:
    """Lead while the block runs, and have the store commit nothing once somebody else leads. None
    when told to stop before.

    While somebody else leads, stand by; without `standby` that is an AnotherCoordinatorError. The
    lease of a process of this machine that has ended is taken over at once, that of another machine
    when it runs out.
    """
    lead = Leadership(store, standby=standby)
    if not await lead.take(stop):
        yield None
        return
    try:
        yield lead
    finally:
        with suppress(Exception):  # it runs out by itself
            await store.leases.release(LEASE, lead.holder)


class Leadership:
    """Our hold on the lease."""

    def __init__(self, store: Store, *, standby: bool = True) -> None:
        self._store = store
        self._standby = standby
        self._renewed_s = monotonic_s()
        self._token = 0
        self.holder = holder_name()

    async def take(self, stop: asyncio.Event) -> bool:
        """Take the lease, as soon as nobody renews it; False when told to stop before."""
        watched = _Watched()
        while not stop.is_set():
            try:
                if await self._attempt(watched):
                    return True
            except UNREACHABLE as error:
                watched.forget()
                log.warning("cannot_look what=lease error=%r", error)
            await told_within(stop, LOOK_S)
        return False

    async def renew(self) -> None:
        """Keep the lease; called every second, writes every few. AnotherCoordinatorError when we
        lost it, even if nobody has it now.
        """
        if monotonic_s() - self._renewed_s < RENEW_S:
            return
        if await self._store.leases.take(LEASE, self.holder, TERM_MS) != self._token:
            found = await self._store.leases.holder(LEASE)
            raise AnotherCoordinatorError(_refusal(found[0] if found else "nobody"))
        self._renewed_s = monotonic_s()

    async def _attempt(self, watched: "_Watched") -> bool:
        found = await self._store.leases.holder(LEASE)
        if found is not None and ended(found[0]):
            log.info("takes_over from=%s", found[0])
            await self._store.leases.release(LEASE, found[0])
        elif found is not None and not watched.unrenewed(found, monotonic_s()):
            self._stand_by(found[0], watched)
            return False
        token = await self._store.leases.take(LEASE, self.holder, TERM_MS)
        if token is None:
            return False
        self._token, self._renewed_s = token, monotonic_s()
        self._store.leases.fence(LEASE, self.holder, token)
        log.info("leads token=%d", token)
        return True

    def _stand_by(self, holder: str, watched: "_Watched") -> None:
        if not self._standby and watched.renewed:
            raise AnotherCoordinatorError(_refusal(holder))
        if self._standby and watched.is_new:
            log.info("standing by: %s coordinates; we take over when it falls silent", told(holder))


class _Watched:
    """A lease of somebody else, as we see it."""

    def __init__(self) -> None:
        self._found: tuple[str, Instant] | None = None
        self._since_s = 0.0
        self.renewed = False
        """Whether we saw its holder renew it."""
        self.is_new = False
        """Whether its holder is another one than at the look before."""

    def unrenewed(self, found: tuple[str, Instant], now_s: float) -> bool:
        """Whether this is what we have seen for long enough."""
        before = self._found[0] if self._found else None
        self.is_new = before != found[0]
        if found != self._found:
            self.renewed = before == found[0]
            self._found, self._since_s = found, now_s
        return now_s - self._since_s >= WATCH_S

    def forget(self) -> None:
        """Nobody could renew it meanwhile: watch it anew."""
        self._since_s = monotonic_s()


def _refusal(holder: str) -> str:
    return (
        f"another coordinator ({told(holder)}) works on this database; "
        "stop it first, or give this one a database of its own"
    )
