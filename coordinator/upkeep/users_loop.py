"""The loop that lets joined workers in at the broker, and those out whose keys end: within a second
or two, for open connections too, and again after the broker forgot.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from redis.exceptions import RedisError

from coordinator.joining.meeting import STANDING, Meeting
from coordinator.messaging.acl import ForbiddenError, worker_rules, worker_user
from coordinator.messaging.rabbitmq.users import RabbitUsers
from coordinator.messaging.rabbitmq.users import users_of as rabbitmq_users_of
from coordinator.messaging.sources import Joined, joined_of
from coordinator.messaging.users import BrokerUsers
from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store
from coordinator.store.joining.keys import WorkerKey
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.settings.rabbitmq import is_rabbitmq

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 1.0
AFTER_TROUBLE_S: Final = 3.0
TROUBLES: Final[tuple[type[Exception], ...]] = (*TROUBLE, RedisError, OSError)
FORGET_EVERY_MS: Final = 600_000


Drain = Callable[[frozenset[tuple[str, str]]], object]
"""Is told region and name of workers."""


class UsersLoop:
    """Keeps the broker's users as the table of keys says, and writes down where workers meet it."""

    def __init__(
        self,
        store: Store,
        broker: str,
        meeting: Callable[[], Meeting],
        drain: Drain = lambda _names: None,
        let_in: Callable[[Joined], object] = lambda _joined: None,
        management: str = "",
    ) -> None:
        """`meeting` says what holds at the moment; `drain` hears, again and again, which workers
        are to leave, and `let_in` who joined, before the broker lets it in.
        """
        self._drain = drain
        self._let_in = let_in
        self._store = store
        self._users: BrokerUsers | RabbitUsers
        self._users_of: Callable[..., Any]
        if is_rabbitmq(broker):
            self._users, self._users_of = RabbitUsers(broker, management), rabbitmq_users_of
        else:
            self._users, self._users_of = BrokerUsers(broker), users_of
        self.use = self._users.use
        """Go to the broker by another URL."""
        self._meeting = meeting
        self._told: Meeting | None = None
        self._forgot_at: Instant = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop. Trouble with the broker or the database never ends it."""
        pause_s = 0.0
        while not await told_within(stop, pause_s):
            pause_s = EVERY_S
            try:
                await self.once(clock.now())
            except TROUBLES as error:
                log.warning("users_wait error=%s", type(error).__name__)
                pause_s = AFTER_TROUBLE_S
        await asyncio.to_thread(self._users.close)

    async def once(self, at: Instant) -> None:
        """Bring the broker in line with the table."""
        meeting = self._meeting()
        if self._told is None:
            await self._tell(meeting)
        keys = await self._store.worker_keys.all()
        draining = [key for key in keys if key.draining_at is not None]
        self._drain(frozenset((key.region, key.worker) for key in draining))
        self._let_in(joined_of(keys, at))
        users = self._users_of(keys, at, meeting.number)
        try:
            changed = await asyncio.to_thread(self._users.apply, users)
        except ForbiddenError as error:
            await self._tell(replace(meeting, manages=False))
            log.debug("users_forbidden error=%s", error)
            return
        if changed:
            log.info("users changed=%d workers=%d", changed, len(users))
        await self._tell(meeting)
        new = [key for key in keys if key.applied_at is None and key.lets_in(at)]
        await self._store.worker_keys.applied(new, at)
        if at - self._forgot_at >= FORGET_EVERY_MS:
            self._forgot_at = at
            await self._store.audit.forget()
            await self._store.invitations.forget(at)
            await self._store.tokens.forget(at)
            await self._store.sessions.forget(at)

    async def _tell(self, meeting: Meeting) -> None:
        if meeting == self._told:
            return
        if not meeting.manages:
            log.warning(
                "users_forbidden the coordinator's user may not let workers in at the broker; renew"
                " the access list, or give it what outscope broker acl --print prints"
            )
        await self._store.standings.put(STANDING, STANDING, clock.now(), meeting.document())
        self._told = meeting


def users_of(keys: Iterable[WorkerKey], at: Instant, number: int) -> dict[str, list[str]]:
    """The rules of each user that is to be at the broker at a moment, by these keys."""
    digests: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        if key.lets_in(at):
            digests.setdefault((key.region, key.worker), []).append(key.digest)
    return {
        worker_user(region, worker): worker_rules(region, worker, of_worker, number)
        for (region, worker), of_worker in digests.items()
    }
