"""A coordinator process on a simulated host: the product's own, with a link in memory."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import compress
from typing import Any

from coordinator import bootstrap, process
from coordinator.geodata.places import NOWHERE
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.envelope import Delivery
from coordinator.messaging.lanes import WAITING
from coordinator.messaging.publisher import Publisher, _signature
from coordinator.messaging.sending.fence import latest, readable, unsent
from coordinator.messaging.sending.letters import Letter
from coordinator.runtime import leadership as leading
from coordinator.runtime.leadership import AnotherCoordinatorError, leadership
from coordinator.runtime.wellness import Wellness
from coordinator.settings import CoordinatorSettings
from coordinator.standby import Standby
from coordinator.store import FencedError, Store, open_store
from coordinator.verdicts.warm import Warm
from tests.simulation.clockwork import HOST
from tests.simulation.parts.broker import Message
from tests.simulation.parts.link import Connection, Link, LinkError
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.message import TASK_LOOK, reports_queue
from worker.contract.reloading.reloads import Reloads

URL = "redis://simulated.example"
ROOM_S = 0.05


def _link() -> tuple[Any, Link]:
    host: Any = HOST.get()
    return host, host.link


class SimPublisher(Publisher):
    """The product's, which puts letters at the simulated broker."""

    def __init__(self, broker: str, signer: Any = None) -> None:
        super().__init__(broker, signer)
        self._host, self._link = _link()
        self._due = asyncio.Event()

    def open(self) -> None:
        """As a task instead of a thread."""
        self._host.run(self._drive())

    def close(self, timeout_s: float = 3.0) -> None:
        """Nobody waits for it."""
        self._closing = True

    def send(self, letter: Letter) -> bool:
        """As of the publisher."""
        taken = super().send(letter)
        self._due.set()
        return taken

    async def _drive(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            while not self._letters.empty():
                for pause_s in self._deliver(self._next() or []):
                    await asyncio.sleep(pause_s)

    def _put(self, letters: Sequence[Letter]) -> None:
        answered = self._link.check(self._host)
        if self._epoch is not None and letters[0].task == TASK_LOOK:
            letters = self._fenced(letters, self._epoch)
        for letter in letters:
            expires = letter.expires_s
            until = None if expires is None else clock.now() + round(expires * 1000)
            signed = None if self._signer is None else _signature(letter, self._signer)
            self._link.carry(letter.queue, Message(letter.task, letter.body, until, signed))
        if not answered:
            raise LinkError("the connection broke before the answer")

    def _fenced(self, letters: Sequence[Letter], epoch: int) -> list[Letter]:
        """What the transaction does: the rules of it are the product's."""
        key = self._link.broker.orders(self._link.loop.at_s)
        there = readable(key.items(), epoch)
        marked = [letter.mark for letter in letters]
        self._marks |= latest(marked)
        key[b"epoch"] = str(epoch).encode()
        key |= {f"mark.{name}".encode(): str(at).encode() for name, at in self._marks.items()}
        return list(compress(letters, unsent(marked, there)))


def sim_seize(_broker: str, epoch: int) -> Mapping[str, Instant]:
    """Begin an epoch at the simulated broker, by the product's rules."""
    host, link = _link()
    if not link.check(host):
        raise LinkError("no answer")
    key = link.broker.orders(link.loop.at_s)
    marks = readable(list(key.items()), epoch)
    key[b"epoch"] = str(epoch).encode()
    return marks


class SimConsumer(ReportConsumer):
    """The product's, which is given what lies at the simulated broker."""

    def __init__(self, broker: str, regions: Sequence[str], **told: Any) -> None:
        super().__init__(broker, regions, **told)
        self._host, link = _link()
        self._pause_s = link.pause_s
        self._queued: list[str] = []
        self.connection = Connection(
            self._host, link, self._queues, self._most, self._came, self._is_connected,
            link.pause_s,
        )  # fmt: skip

    def open(self) -> None:
        """As events instead of a thread."""
        self.connection.open()

    async def close(self) -> None:
        """Nobody waits for it."""
        self.connection.close()

    def _queues(self) -> Sequence[str]:
        if len(self._queued) != len(self._regions):
            self._queued = [reports_queue(region) for region in self._regions]
        return self._queued

    def _most(self, queue: str) -> int:
        return max(0, min(WAITING, self.room(queue.removeprefix("reports."))))

    def _is_connected(self, up: bool) -> None:
        self.connected_since_s = clock.monotonic_s() if up else None

    def _came(self, queue: str, messages: Sequence[Message]) -> None:
        region, at_s = queue.removeprefix("reports."), clock.monotonic_s()
        self._lanes.put(Delivery(region, one.task, one.body, at_s) for one in messages)

    async def some(self, timeout_s: float, most: int = WAITING) -> list[Delivery]:
        """As of the consumer; then there is room again."""
        found = await super().some(timeout_s, most)
        if found:
            self._host.later(max(ROOM_S, self._pause_s), self.connection.again)
        return found


class _Nowhere:
    """No address is anywhere."""

    country = asn = None

    def of(self, _address: str | None) -> Any:
        return NOWHERE

    def refresh(self) -> None:
        """There is nothing to read."""

    def close(self) -> None:
        """There is nothing to close."""


class _Idle:
    """A loop that has nothing to do with what is simulated."""

    def __init__(self, *_told: Any, **_more: Any) -> None:
        """It needs nothing."""

    def configure(self, _configuration: Any) -> None:
        """It does nothing by it."""

    def use(self, _broker: str) -> None:
        """It uses none."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        await stop.wait()


def install() -> None:
    """Have the product's processes talk to the simulated broker, and leave out what a simulation
    has no part of: rollups, users of the broker, notices, garbage collection.
    """
    vars(bootstrap).update(seize=sim_seize, Publisher=SimPublisher, ReportConsumer=SimConsumer)
    vars(process).update(
        UsersLoop=_Idle,
        DeparturesLoop=_Idle,
        NotifyLoop=_Idle,
        _upkeep=lambda *_told: [],
        _spare_collections=lambda: None,
    )
    vars(leading).update(holder_name=_holder_name)


def _holder_name() -> str:
    host: Any = HOST.get()
    return f"{host.name}/1/{host.name}-{host.life}"


async def live(database: str, signing_key: str, opened: Any, ended: Any) -> None:
    """One life of a coordinator: stand by, lead, until it is unseated or killed. `opened` sees the
    store that it judges by.
    """
    settings = CoordinatorSettings(URL, database, signing_key=signing_key)
    stop = asyncio.Event()
    try:
        async with AsyncExitStack() as stack:
            store: Store = await stack.enter_async_context(open_store(database, migrate=False))
            own = await stack.enter_async_context(open_store(database, migrate=False))
            standby = Standby(own, warm := Warm())
            lead = await stack.enter_async_context(
                leadership(store, stop, own=own, standby=True, meanwhile=standby.step)
            )
            await standby.leave()
            if lead is not None:
                opened(store, lead)
                reloads = Reloads({})
                at_hand = process.AtHand(_Nowhere(), warm, reloads, Wellness())
                await lead.during(process._lead(settings, store, lead, at_hand, stop))
    except (AnotherCoordinatorError, FencedError) as error:
        logging.getLogger("outscope.simulation").info("unseated %s", error)
    finally:
        ended()
