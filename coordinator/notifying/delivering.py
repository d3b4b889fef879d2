"""Delivers what was said: in order within a thread, each channel by itself, again and again until
it arrived or three days are over.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.channels import Channel, Named
from coordinator.notifying.outbound import DeliveryError
from coordinator.store import Store
from coordinator.store.notices.deliveries import Delivery
from coordinator.store.notices.threads import Letter
from coordinator.store.state.standings import GONE, SIGNING
from worker.contract import clock
from worker.contract.instant import rfc3339

log = logging.getLogger(f"outscope.{__name__}")

WAITS_S: Final = (5, 30, 120, 600, 1_800, 3_600, 10_800, 28_800, 57_600, 86_400)
"""Between two tries; about two days and a half in all."""
FINISH_S: Final = 4.0
"""So long what is on its way may take at the end."""
_AT_ONCE: Final = 200
_ENDED: Final = "its receiver {why}, at {at}; give it another address, or have this one sent again"
_TOLD_AFTER: Final = 3
"""After so many tries in vain somebody is told over another channel."""


class Delivering:
    """The messages on their way. A channel that hangs delays only its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Named] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._dead: set[str] = set()
        self._finishing = False

    async def configure(
        self, channels: Sequence[Named], pages: Collection[str] = frozenset()
    ) -> None:
        """Deliver over these; what waits for others is given up, but for subscribers of these
        pages, who may have asked a moment ago.
        """
        self._channels = {channel.id: channel for channel in channels}
        await self._store.deliveries.drop(set(self._channels), pages, clock.now())
        await self._publish([channel for channel in channels if channel.public_keys])
        for channel in channels:
            if channel.trouble and not channel.is_stranger:
                log.error("notify channel=%s cannot be used: it %s", channel.id, channel.trouble)

    async def deliver(self) -> None:
        """Begin with all that is due; what goes on is not waited for."""
        if not self._channels:
            return
        by_channel: dict[str, list[Delivery]] = {}
        busy = frozenset(self._busy)  # what one of them sends meanwhile may be read as due yet
        for delivery in await self._store.deliveries.due(clock.now(), _AT_ONCE):
            by_channel.setdefault(delivery.channel, []).append(delivery)
        gone = await self._store.standings.all(GONE) if by_channel else {}
        for name, waiting in by_channel.items():
            if name in self._channels and name not in busy:
                task = asyncio.create_task(self._over(self._channels[name], waiting, gone))
                self._busy[name] = task
                task.add_done_callback(partial(self._done, name))

    async def finish(self) -> None:
        """Let what is being said be said to its end and kept, for FINISH_S at most or until whoever
        waits for this cuts it off. Nothing else is begun.
        """
        self._finishing, tasks = True, [*self._busy.values()]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=FINISH_S)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _publish(self, signing: Sequence[Named]) -> None:
        """Tell by which keys receivers verify what is sent from now on."""
        told = {one.id: {"rule": one.rule, "keys": [*one.public_keys]} for one in signing}
        await self._store.standings.put_many(
            (SIGNING, name, clock.now(), keys) for name, keys in told.items()
        )
        await self._store.standings.keep(SIGNING, told)

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        self._busy.pop(name, None)
        if not task.cancelled() and (error := task.exception()):
            log.warning("not_delivered channel=%s error=%r", name, error)

    async def _over(
        self, named: Named, waiting: Sequence[Delivery], gone: Mapping[str, Mapping[str, Any]]
    ) -> None:
        ended = gone.get(named.id, {})
        if ended and ended["address"] == named.digest:
            why = _ENDED.format(**ended)
            for delivery in waiting:
                await self._store.deliveries.give_up(delivery.id, clock.now(), why)
            return
        for delivery in waiting:
            if self._finishing or not await self._try(named, delivery):
                return

    async def _try(self, named: Named, delivery: Delivery) -> bool:
        """Deliver one; whether the next may be tried."""
        try:
            await opened(named).send(delivery.message, f"outscope-{delivery.id}")
        except DeliveryError as error:
            await self._failed(named, delivery, error)
            return False
        await self._store.deliveries.sent(delivery.id, clock.now())
        self._dead.discard(named.id)
        log.info(
            "notified channel=%s kind=%s incident=%s",
            named.id,
            delivery.message.kind,
            delivery.message.key,
        )
        return True

    async def _failed(self, named: Named, delivery: Delivery, error: DeliveryError) -> None:
        now, tries = clock.now(), delivery.tries + 1
        log.warning("not_notified channel=%s tries=%d why=%s", named.id, tries, error.why)
        if error.final and not named.is_stranger:
            ended = {"address": named.digest, "at": rfc3339(now), "why": error.why}
            await self._store.standings.put(GONE, named.id, now, ended)
        if error.final or delivery.tries >= len(WAITS_S):
            await self._store.deliveries.give_up(delivery.id, now, error.why)
        else:
            wait_s = max(WAITS_S[delivery.tries], error.retry_after_s or 0)
            await self._store.deliveries.again(delivery.id, now + round(wait_s * 1000), error.why)
        vain = error.final or tries >= _TOLD_AFTER
        if vain and not named.is_stranger and named.id not in self._dead:
            self._dead.add(named.id)
            await self._tell_elsewhere(named, error.why)

    async def _tell_elsewhere(self, dead: Named, why: str) -> None:
        own = (one for one in self._channels.values() if one.channel and not one.is_stranger)
        other = next((one for one in own if one.id not in self._dead), None)
        if other is not None:
            message = unreachable(dead, why, clock.now())
            await self._store.notice_threads.say(
                [], [Letter(other.rule, other.id, message)], clock.now()
            )


def opened(named: Named) -> Channel:
    """The channel; DeliveryError where it cannot be used as it is configured."""
    if named.channel is None:
        raise DeliveryError(named.trouble)
    return named.channel


def unreachable(dead: Named, why: str, at: int) -> Message:
    """The message that a channel does not work, for another one."""
    title = f"Outscope cannot reach {dead.id} ({dead.shown})"
    return Message(
        kind=Kind.DIGEST,
        key=f"channel-{dead.id}",
        title=title,
        text=f"{title}: {why}. What is said there waits and is tried again.",
        severity=Severity.DEGRADED,
        document={"type": "channel.unreachable", "at": rfc3339(at), "title": title, "link": None},
    )


def by_rule(channels: Sequence[Named]) -> Mapping[str, Sequence[str]]:
    """The channels of each rule, by id."""
    found: dict[str, list[str]] = {}
    for channel in channels:
        found.setdefault(channel.rule, []).append(channel.id)
    return found
