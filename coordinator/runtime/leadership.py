"""One coordinator at a time works on a database. A second one stands by, or is refused, and takes
over when the first is silent.

Whether it is silent is for the database's clock to say, and for our own eyes: a lease that has run
out is taken only when it was not renewed while we watched, so neither a clock that is wrong nor a
database that comes back unseats a coordinator that lives. Who was unseated all the same can commit
nothing (`store/leases.py`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar

from coordinator.runtime.holder import ended, holder_name, told
from coordinator.runtime.retry import UNREACHABLE
from coordinator.runtime.stopping import told_within
from coordinator.store import Store
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

LEASE: Final = "coordinator"
EXPORTER: Final = "exporter"
"""The lease of the process that sends OpenTelemetry."""
_DOES: Final = {LEASE: "coordinates", EXPORTER: "exports"}
TERM_MS: Final = 3_000
RENEW_S: Final = 0.5
WATCH_S: Final = 3.0
"""A coordinator that lives renews its lease in this time."""
LOOK_S: Final = 0.2
AGAIN_S: Final = 0.25

T = TypeVar("T")


class AnotherCoordinatorError(Exception):
    """Another coordinator works on this database."""


async def _nothing(_holder: str, _leader: str) -> None:
    """Nothing is to be done meanwhile."""


Meanwhile: TypeAlias = Callable[[str, str], Awaitable[None]]
"""What a standby does between two looks; it is told its own name, and who leads."""


@asynccontextmanager
async def leadership(
    store: Store,
    stop: asyncio.Event,
    *,
    own: Store | None = None,
    standby: bool = True,
    meanwhile: Meanwhile = _nothing,
    lease: str = LEASE,
) -> AsyncIterator["Leadership | None"]:
    """Lead while the block runs, and have the store commit nothing once somebody else leads. None
    when told to stop before.

    While somebody else leads, stand by; without `standby` that is an AnotherCoordinatorError. The
    lease of a process of this machine that has ended is taken over at once, that of another machine
    when it runs out. Its `own` connections to the same database keep the lease, so that no long
    query of the others holds it up.
    """
    lead = Leadership(store, own=own, standby=standby, meanwhile=meanwhile, lease=lease)
    if not await lead.take(stop):
        yield None
        return
    try:
        yield lead
    finally:
        with suppress(Exception):  # it runs out by itself
            await store.leases.release(lease, lead.holder)


class Leadership:
    """Our hold on the lease."""

    def __init__(
        self,
        store: Store,
        *,
        own: Store | None = None,
        standby: bool = True,
        meanwhile: Meanwhile = _nothing,
        lease: str = LEASE,
    ) -> None:
        self._store = store
        self._lease = lease
        self._leases = (own or store).leases
        self._standby = standby
        self._meanwhile = meanwhile
        self._renewed_s = monotonic_s()
        self.epoch = 0
        """Rises with each takeover."""
        self.since: Instant = 0
        """When we took over, by our clock."""
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

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """The work, while the lease is ours. AnotherCoordinatorError when we lost it."""
        working, renewing = asyncio.create_task(work), asyncio.create_task(self._keep())
        try:
            await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if renewing.done():
                renewing.result()
            return await working
        finally:
            for task in (working, renewing):
                task.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)

    async def _keep(self) -> None:
        """Renew the lease for ever. A database that is away is waited for: nobody else can take it
        there either.
        """
        while True:
            try:
                await self.renew()
            except UNREACHABLE as error:
                if monotonic_s() - self._renewed_s > WATCH_S:
                    log.warning("cannot_renew what=lease error=%r", error)
            await asyncio.sleep(AGAIN_S)

    async def renew(self) -> None:
        """Keep the lease; called often, writes now and then. AnotherCoordinatorError when we lost
        it, even if nobody has it now.
        """
        if monotonic_s() - self._renewed_s < RENEW_S:
            return
        if await self._leases.take(self._lease, self.holder, TERM_MS) != self.epoch:
            found = await self._leases.holder(self._lease)
            raise AnotherCoordinatorError(_refusal(self._lease, found[0] if found else "nobody"))
        self._renewed_s = monotonic_s()

    async def _attempt(self, watched: "_Watched") -> bool:
        found = await self._leases.holder(self._lease)
        if found is not None and ended(found[0]):
            log.info("takes_over from=%s", found[0])
            await self._leases.release(self._lease, found[0])
        elif found is not None and not watched.unrenewed(found, monotonic_s()):
            await self._stand_by(found[0], watched)
            return False
        token = await self._leases.take(self._lease, self.holder, TERM_MS)
        if token is None:
            return False
        self.epoch, self.since, self._renewed_s = token, now(), monotonic_s()
        self._store.leases.fence(self._lease, self.holder, token)
        log.info("leads epoch=%d", token)
        return True

    async def _stand_by(self, holder: str, watched: "_Watched") -> None:
        if not self._standby and watched.renewed:
            raise AnotherCoordinatorError(_refusal(self._lease, holder))
        if self._standby and watched.is_new:
            does = _DOES[self._lease]
            log.info("standing by: %s %s; we take over when it falls silent", told(holder), does)
        if self._standby:
            await self._meanwhile(self.holder, holder)


class _Watched:
    """A lease of somebody else, as we see it."""

    def __init__(self) -> None:
        self._found: tuple[str, Instant] | None = None
        self._since_s = 0.0
        self._looked_s = monotonic_s()
        self.renewed = False
        """Whether we saw its holder renew it."""
        self.is_new = False
        """Whether its holder is another one than at the look before."""

    def unrenewed(self, found: tuple[str, Instant], now_s: float) -> bool:
        """Whether this is what we have seen for long enough."""
        if now_s - self._looked_s > WATCH_S / 2:
            self.forget()  # who looks so seldom, or is answered so late, does not see it live
        self._looked_s = now_s
        before = self._found[0] if self._found else None
        self.is_new = before != found[0]
        if found != self._found:
            self.renewed = before == found[0]
            self._found, self._since_s = found, now_s
        return now_s - self._since_s >= WATCH_S

    def forget(self) -> None:
        """Nobody could renew it meanwhile: watch it anew."""
        self._since_s = monotonic_s()


def _refusal(lease: str, holder: str) -> str:
    return (
        f"another {lease} ({told(holder)}) works on this database; "
        "stop it first, or give this one a database of its own"
    )
