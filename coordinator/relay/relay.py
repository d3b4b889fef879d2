"""The relay of one process: who is let in, by which sessions, and for how long."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from coordinator.joining.meeting import STANDING, meeting_of
from coordinator.relay.flow import Room, Share
from coordinator.relay.holder import Holder
from coordinator.relay.place import Place
from coordinator.relay.refusals import RelayError, key_refused, not_yet
from coordinator.relay.session import Session
from coordinator.store import TROUBLE, Store
from coordinator.store.joining.keys import WorkerKey
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant
from worker.contract.settings.rabbitmq import is_rabbitmq

log = logging.getLogger(f"outscope.{__name__}")

KEYS_S: Final = 1.0
"""The table of keys is read so often while anybody is in: who is revoked is out by then."""
_AGAIN_S: Final = 0.3
"""A key that is not among those read is looked for again so much later at the earliest."""
IDLE_S: Final = 90.0
"""A session that is not used for so long is over."""
MOST_SESSIONS: Final = 1_000
MOST_OF_ONE: Final = 4
"""Sessions of one worker: its last starts."""
ROOM: Final = 64 << 20
"""Bytes of requests with reports, of all workers together."""
NO_BROKER: Final = (
    "this relay does not know where the broker is; start the coordinator, or set"
    " OUTSCOPE_RELAY_BROKER where the relay runs, such as rediss://broker.internal:6379/0"
)
ONLY_REDIS: Final = "this relay speaks to Redis alone, and the broker is RabbitMQ; go by the broker"
FULL: Final = "as many workers as may are at this relay; start another relay beside it"


class Relay:
    """Sessions of workers, kept while their keys are good. `broker` is the broker's URL as this
    process sees it; without it, the one that workers are told.
    """

    def __init__(self, store: Store, broker: str = "") -> None:
        self._store = store
        self._broker = broker
        self._sessions: dict[tuple[str, str, str], Session] = {}
        self._keys: Mapping[tuple[str, str, str], WorkerKey] = {}
        self._read_s = float("-inf")
        self._reading = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self.leaving = False
        """Whether this process ends: questions are answered at once."""
        self.room = Room(ROOM)

    def start(self) -> None:
        """Begin to look after the sessions."""
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End all sessions."""
        self.leaving = True
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        for session in list(self._sessions.values()):
            await session.end()

    def __len__(self) -> int:
        return len(self._sessions)

    async def session(self, holder: Holder, boot: str) -> Session:
        """The session of a worker's start; RelayError when its key is not good, or there is no
        way to the broker.
        """
        key = (holder.user, holder.digest, boot)
        found = self._sessions.get(key)
        if found is not None:
            return found
        if not await self._is_good(holder):
            raise key_refused()
        made = Session(holder, await self._place(), self._share(holder))
        try:
            await made.open()
        except RelayError as error:
            await made.end()
            raise (not_yet() if error.code == "key_refused" else error) from None
        await self._make_room(holder)
        other = self._sessions.setdefault(key, made)
        if other is not made:  # two questions at once
            await made.end()
        return other

    async def fault(self, session: Session, error: RelayError) -> RelayError:
        """What to answer a worker whose session met a fault: the broker alone may have forgotten
        its key. Of a key that is good no more the sessions end.
        """
        if error.code != "key_refused":
            return error
        await self._read()
        if await self._is_good(session.holder):
            return not_yet()
        await self._sweep(now(), monotonic_s())
        return error

    async def _place(self) -> Place:
        if self._broker:
            return Place(self._broker)
        told = meeting_of((await self._store.standings.all(STANDING)).get(STANDING))
        if told is None or not told.broker:
            raise RelayError("cannot_relay", NO_BROKER, 5)
        if is_rabbitmq(told.broker):
            raise RelayError("cannot_relay", ONLY_REDIS, 60)
        return Place(told.broker, told.broker_ca)

    def _share(self, holder: Holder) -> Share:
        """The share of a worker, which its starts have in common."""
        others = (one.share for key, one in self._sessions.items() if key[0] == holder.user)
        return next(others, None) or Share(monotonic_s())

    async def _is_good(self, holder: Holder) -> bool:
        key = (holder.region, holder.worker, holder.digest)
        if key not in self._keys:
            async with self._reading:  # who comes meanwhile waits, and is not refused
                if key not in self._keys and monotonic_s() - self._read_s > _AGAIN_S:
                    await self._read()
        found = self._keys.get(key)
        return found is not None and found.lets_in(now())

    async def _read(self) -> None:
        self._read_s = monotonic_s()
        keys = await self._store.worker_keys.all()
        self._keys = {(key.region, key.worker, key.digest): key for key in keys}

    async def _make_room(self, holder: Holder) -> None:
        own = [key for key in self._sessions if key[0] == holder.user]
        own.sort(key=lambda key: self._sessions[key].used_s)
        for key in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            await self._sessions.pop(key).end()
        if len(self._sessions) >= MOST_SESSIONS:
            raise RelayError("cannot_relay", FULL, 30)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(KEYS_S)
            if not self._sessions:
                continue
            try:
                await self._read()
            except TROUBLE as error:  # the broker throws out who is revoked, too
                log.warning("relay_keys_not_read error=%s", type(error).__name__)
            await self._sweep(now(), monotonic_s())

    async def _sweep(self, at: Instant, at_s: float) -> None:
        """End the sessions that nobody uses, and those whose keys are good no more."""
        for key, session in list(self._sessions.items()):
            holder = session.holder
            found = self._keys.get((holder.region, holder.worker, holder.digest))
            if found is None or not found.lets_in(at) or at_s - session.used_s > IDLE_S:
                self._sessions.pop(key, None)
                await session.end()
