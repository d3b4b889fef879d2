"""A worker on a simulated host: the product's parts, driven by events instead of threads, with a
folder in memory and a link in memory. What its looks see is the simulated world.
"""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from coordinator.domain.schedule import presence
from tests.simulation.clockwork import Host
from tests.simulation.parts.broker import Message
from tests.simulation.parts.driven import Refused, SimPinned, SimRounds, SimSender, SimTimer
from tests.simulation.parts.link import Connection, Link, LinkError
from tests.simulation.parts.world import World
from worker.agent import FLUSH_S, Agent
from worker.autonomy import silence
from worker.autonomy.kept import KeptOrders
from worker.contract.message import (
    TASK_LOOK,
    TASK_RECEIPT,
    Order,
    Vitals,
    Whereabouts,
    probes_queue,
    worker_queue,
)
from worker.contract.outcome import Outcome
from worker.inbox import Inbox
from worker.messaging.away import BrokerAwayError
from worker.messaging.served import Served
from worker.orders import Due
from worker.reference_clock import ReferenceClock
from worker.reporting import sender
from worker.reporting.counted import LostLooks
from worker.reporting.outbox import Outbox

ALONE_AFTER: Final = 3
DRAIN_S: Final = 3.0


def beat_each(beat_s: float) -> None:
    """Have workers beat so often, and be silent after three beats, as they are in production."""
    for module in (silence, sender):
        vars(module).update(HEARTBEAT_S=beat_s)
    vars(presence).update(SILENT_AFTER_S=3 * beat_s, GRACE_S=4 * beat_s)


class _Out:
    """The way out."""

    at_once, linger_s = 1, 0.0

    def __init__(self, host: Host, link: Link) -> None:
        self._host, self._link = host, link

    def send_all(self, queue: str, task: str, arguments: Sequence[bytes]) -> None:
        """As of a WayOut."""
        found = [Message(task, b"[[" + one + b"],{},{}]") for one in arguments]
        try:
            self._link.send(self._host, queue, found)
        except LinkError as error:
            raise BrokerAwayError(str(error)) from None

    def close(self) -> None:
        """There is nothing to close."""


class SimAgent(Agent):
    """The product's, in the simulated loop, whose looks see the simulated world."""

    def __init__(self, host: Host, world: World, region: str, keep: Any, **told: Any) -> None:
        super().__init__(None, keep, loop=asyncio.get_running_loop(), **told)  # type: ignore[arg-type]
        self._host, self._world, self._region = host, world, region
        self._flushing_soon = False

    def _admitted(self, order: Order, *, alone: bool = False) -> bool:
        self._host.run(self._admit(order, alone))
        return True

    async def _look(self, due: Due) -> None:
        await super()._look(due)
        if self._rows and not self._flushing_soon:
            self._flushing_soon = True
            self._host.later(FLUSH_S, self._flush_now)

    def _flush_now(self) -> None:
        self._flushing_soon = False
        self._host.run(self._flush())

    async def _look_from(self, due: Due, _parsed: Any) -> Outcome:
        outcome = self._world.look(due.check, self._region, due.slot, due.attempt)
        await asyncio.sleep((outcome.total_ms or 0.0) / 1000)
        return outcome


class SimWorker:
    """One start of a worker. Made in the context of its host."""

    def __init__(
        self, host: Host, link: Link, folder: Path, region: str, name: str, world: World,
        key: bytes | None, refused: Refused, chance: random.Random, outbox_bytes: int,
    ) -> None:  # fmt: skip
        self.host, self.link, self.region, self.name = host, link, region, name
        boot = f"{host.now():012x}{chance.getrandbits(16):04x}"
        self._lost = LostLooks(folder)
        self.outbox = Outbox(folder / "outbox", limit_bytes=outbox_bytes, losing=self._lost.lose)
        self.reference = ReferenceClock()
        self.agent = SimAgent(
            host,
            world,
            region,
            lambda rows, within_s: self.sender.keep(rows, within_s),
            reference=self.reference,
        )
        self.sender = SimSender(
            host,
            _Out(host, link),
            self.outbox,
            region=region,
            worker=name,
            boot=boot,
            vitals=self._vitals,
            reference=self.reference,
            first_beat_s=silence.HEARTBEAT_S,
            whereabouts=Whereabouts,
            beat_s=lambda: self.rounds.beat_s(),
            silent=lambda: self.rounds.is_silent(),
            noted=self._lost.told,
        )
        kept = KeptOrders(folder, region, name, lambda *told: self.inbox.is_standing(*told))
        self.rounds = SimRounds(host, self.agent, kept, self.reference, after=ALONE_AFTER)
        timer: Any = lambda delay_s, act: SimTimer(host, delay_s, act)  # noqa: E731
        queues = probes_queue(region), worker_queue(region, name)
        self.inbox = Inbox(
            region,
            boot,
            self.agent,
            self.sender,
            self.reference,
            None if key is None else SimPinned(host, key, queues, refused),
            Served(region, name, timer=timer),
            standing=kept,
            heard=self.rounds.heard,
            timer=timer,
        )
        self.connection = Connection(
            host, link, lambda: queues, lambda _queue: 1, self._came, self._is_connected
        )
        self._met = False

    def start(self) -> None:
        """As the product's process does."""
        self.sender.start()
        self.rounds.start()
        self.connection.open()

    def stop(self) -> None:
        """Told to stop: what is under way is finished and sent."""
        self.connection.close()
        self.inbox.end()
        self.agent._close()
        self.host.later(DRAIN_S, self._end)

    def _end(self) -> None:
        self.agent._flush_now()
        self.host.later(0.0, self._ended)

    def _ended(self) -> None:
        self.sender.end()
        self.host.crash()

    def _is_connected(self, up: bool) -> None:
        if up and not self._met:
            self._met = True
            self.sender.beat_now()
            self.inbox.begin()

    def _came(self, _queue: str, messages: Sequence[Message]) -> None:
        for message in messages:
            self._consume(message)

    def _consume(self, message: Message) -> None:
        """What Celery's request does with it (`worker/messaging/celery_app.py`)."""
        body, expires_at, inbox = message.body, message.expires_at, self.inbox
        signed = message.signed
        if message.task != TASK_LOOK:
            (inbox.receipt if message.task == TASK_RECEIPT else inbox.standing)(body, signed)
            return
        inbox.arrived(body, signed)
        late = expires_at is not None and self.reference.now() > expires_at
        if late and not inbox.holding():
            inbox.expired(body, signed)
        else:
            inbox.order(body, signed, expires_at)

    def _vitals(self) -> Vitals:
        return Vitals(
            version="simulated",
            kinds=("tcp",),
            in_flight=self.agent.tally.in_flight,
            outbox_reports=len(self.outbox),
            dropped_reports=self.outbox.dropped,
            clock_ahead_ms=self.reference.ahead_ms(),
            **self.rounds.vitals(),
            **self._lost.vitals(),
        )
