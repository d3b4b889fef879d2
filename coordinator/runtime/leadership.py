"""One coordinator at a time works on a database. A second one is refused; after a crash the next
one takes over.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import uuid4

from coordinator.store import Store
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

LEASE: Final = "coordinator"
TERM_MS: Final = 15_000
RENEW_S: Final = 3.0
_LOOK_S: Final = 0.5


class AnotherCoordinatorError(Exception):
    """Another coordinator works on this database."""


@asynccontextmanager
async def leadership(store: Store) -> AsyncIterator["Leadership"]:
    """Lead while the block runs; AnotherCoordinatorError when somebody else does.

    The lease of a process of this machine that has ended is taken over at once, that of another
    machine when it runs out.
    """
    lead = Leadership(store)
    await lead.take()
    try:
        yield lead
    finally:
        with suppress(Exception):  # it runs out by itself
            await store.leases.release(LEASE, lead.holder)


class Leadership:
    """Our hold on the lease."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._renewed_s = monotonic_s()
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"

    async def take(self) -> None:
        """Take the lease, waiting for one that nobody renews."""
        first_seen: tuple[str, Instant] | None = None
        while not await self._try():
            found = await self._store.leases.holder(LEASE)
            if found is None:
                continue
            if _ended(found[0]):
                log.info("takes_over from=%s", found[0])
                await self._store.leases.release(LEASE, found[0])
                continue
            first_seen = first_seen or found
            if found != first_seen:
                raise AnotherCoordinatorError(_refusal(found[0]))
            await asyncio.sleep(_LOOK_S)

    async def renew(self) -> None:
        """Keep the lease; called every second, writes every few. AnotherCoordinatorError when we
        lost it.
        """
        if monotonic_s() - self._renewed_s >= RENEW_S and not await self._try():
            found = await self._store.leases.holder(LEASE)
            raise AnotherCoordinatorError(_refusal(found[0] if found else "nobody"))

    async def _try(self) -> bool:
        at = now()
        if not await self._store.leases.take(LEASE, self.holder, at, at + TERM_MS):
            return False
        self._renewed_s = monotonic_s()
        return True


def _refusal(holder: str) -> str:
    host, pid, *_ = (*holder.split("/"), "?")
    return (
        f"another coordinator (process {pid} on {host}) works on this database; "
        "stop it first, or give this one a database of its own"
    )


def _ended(holder: str) -> bool:
    """Whether the holder was a process of this machine that runs no more."""
    host, pid, *_ = (*holder.split("/"), "")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True  # our own number: a restarted container, the one before us is gone
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
