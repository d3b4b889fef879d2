"""Receiving from workers: one thread that consumes every region's queue and hands reports to the
event loop.

The region of a report is the queue on which it arrived, which the broker's access list ties to the
sender's credential. The hand-over is bounded: while the loop is behind, nothing more is taken from
the broker.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kombu import Connection, Consumer, Exchange, Message, Queue

from worker.contract.broker import transport_options, verified
from worker.contract.clock import monotonic_s
from worker.contract.message import TASK_ECHO, reports_queue

log = logging.getLogger("outscope.inbox")

ECHO_QUEUE: Final = "coordinator.echo"
ECHO_EVERY_S: Final = 2.0
DEAF_AFTER_S: Final = 8.0
"""The link is given up when neither a report nor our own echo came for this long: it is
half-open.
"""
POLL_S: Final = 0.5
WAITING: Final = 64
"""Reports that may wait for the loop."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it arrived: the queue's region, the Celery task that it names, and its
    undecoded body.
    """

    region: str
    task: str
    body: bytes
    arrived_s: float


class ReportConsumer:
    """The receiving thread and its bounded hand-over.

    Each process that receives has an `echo` queue of its own. Without `reports` only the link is
    watched.
    """

    def __init__(
        self, broker: str, regions: Sequence[str], echo: str = ECHO_QUEUE, *, reports: bool = True
    ) -> None:
        self._broker = verified(broker)
        self._regions = tuple(regions)
        self._echo = echo
        self._reports = reports
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue(WAITING)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._heard_s = 0.0
        self.connected_since_s: float | None = None
        """When the present link to the broker began, on the monotonic clock; None without one."""

    def open(self) -> None:
        """Begin to receive."""
        self._thread.start()

    async def close(self) -> None:
        """Stop receiving. What was not yet taken is not receipted, so its worker sends it again."""
        self._stopping.set()
        while self._thread.is_alive():
            while not self._waiting.empty():  # lets a thread that waits to hand over go on and stop
                self._waiting.get_nowait()
            await asyncio.sleep(0.02)

    def listen_to(self, regions: Sequence[str]) -> None:
        """Receive from these regions from now on."""
        if tuple(regions) != self._regions:
            self._regions = tuple(regions)
            self._changed.set()

    def depth(self) -> int:
        """How many reports wait for the loop."""
        return self._waiting.qsize()

    async def some(self, timeout_s: float, most: int = WAITING) -> list[Delivery]:
        """What has arrived, at once when something has; an empty list when nothing comes in
        time.
        """
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                found = [await self._waiting.get()]
        except TimeoutError:
            return []
        while len(found) < most and not self._waiting.empty():
            found.append(self._waiting.get_nowait())
        return found

    def _run(self) -> None:
        pause_s = 0.2
        while not self._stopping.is_set():
            self._changed.clear()
            try:
                self._receive()
                pause_s = 0.2
            except Exception as error:  # the boundary of this thread: whatever broke, connect again
                log.warning("link_lost error=%r retry_s=%.1f", error, pause_s)
                self._stopping.wait(pause_s)
                pause_s = min(2.0, pause_s * 2) if self.connected_since_s is None else 0.2
            self.connected_since_s = None

    def _receive(self) -> None:
        """Consume until told otherwise; any trouble with the link is an exception."""
        with Connection(
            self._broker, transport_options=transport_options(), connect_timeout=5, heartbeat=0
        ) as link:
            link.ensure_connection(max_retries=1, timeout=5)
            queues: dict[str, Callable[[Message], None]] = {
                reports_queue(region): partial(self._take, region)
                for region in self._regions
                if self._reports
            }
            queues[self._echo] = self._echoed
            channel = link.default_channel
            consumers = [
                self._consumer(channel, name, on_message) for name, on_message in queues.items()
            ]
            for consumer in consumers:
                consumer.consume(no_ack=True)
            self._heard_s = self.connected_since_s = monotonic_s()
            log.info("listening regions=%d", len(self._regions))
            self._drain(link)

    def _drain(self, link: Connection) -> None:
        producer = link.Producer(serializer="json")
        echo_at = 0.0
        while not self._stopping.is_set() and not self._changed.is_set():
            now = monotonic_s()
            if now >= echo_at:
                producer.publish(
                    {},
                    exchange="",
                    routing_key=self._echo,
                    headers={"task": TASK_ECHO},
                    retry=False,
                )
                echo_at = now + ECHO_EVERY_S
            with suppress(TimeoutError):
                link.drain_events(timeout=POLL_S)
            if monotonic_s() - self._heard_s > DEAF_AFTER_S:
                raise ConnectionError(
                    f"nothing was heard for {DEAF_AFTER_S:.0f} s, not even our own echo"
                )

    @staticmethod
    def _consumer(channel: Any, name: str, on_message: Callable[[Message], None]) -> Consumer:
        queue = Queue(name, Exchange(""), routing_key=name)
        return Consumer(
            channel, [queue], on_message=on_message, accept=["json"], auto_declare=False
        )

    def _echoed(self, _message: Message) -> None:
        self._heard_s = monotonic_s()

    def _take(self, region: str, message: Message) -> None:
        self._heard_s = monotonic_s()
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        task = str((message.headers or {}).get("task", ""))
        self._hand_over(Delivery(region, task, body, self._heard_s))
        self._heard_s = monotonic_s()  # waiting for the loop is not silence of the broker

    def _hand_over(self, delivery: Delivery) -> None:
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._waiting.put(delivery), self._loop).result()
