"""The broker in memory: lists that are pushed to and popped from, and the key by which orders are
fenced. What was popped for somebody who cannot be reached is lost, as with Redis.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

KEPT_S: Final = 600.0
"""As long as the key of orders stands."""


@dataclass(frozen=True, slots=True)
class Message:
    """One Celery message, as far as either side reads it."""

    task: str
    body: Any
    expires_at: int | None = None
    """By the clock of whoever sent it."""
    signed: Any = None


Given = tuple[str, Sequence[Message]]
"""What came from one queue."""


class Reader(Protocol):
    """Somebody who asks for messages, and is given some each time he asked."""

    @property
    def queues(self) -> Sequence[str]:
        """Which he reads."""

    def most(self, queue: str) -> int:
        """How many of a queue he wants at once."""

    def given(self, found: Sequence[Given]) -> None:
        """They are on their way to him."""

    def dropped(self) -> None:
        """The broker ended his connection."""


class Broker:
    """All of its state."""

    def __init__(self) -> None:
        self.up = True
        self.queues: defaultdict[str, deque[Message]] = defaultdict(deque)
        self._orders: dict[bytes, bytes] = {}
        self._orders_until_s = 0.0
        self._asking: defaultdict[str, dict[Reader, None]] = defaultdict(dict)
        self._connected: dict[Reader, None] = {}

    def connect(self, reader: Reader) -> bool:
        """A new connection; whether there is somebody to connect to."""
        if self.up:
            self._connected[reader] = None
        return self.up

    def part(self, reader: Reader) -> None:
        """A connection has ended."""
        self._connected.pop(reader, None)
        for queue in reader.queues:
            self._asking[queue].pop(reader, None)

    def ask(self, reader: Reader) -> None:
        """He wants what there is, or what comes next."""
        if not self.up or reader not in self._connected:
            return
        queues = list(reader.queues)
        waiting = [queue for queue in queues if self.queues[queue] and reader.most(queue) > 0]
        if waiting:
            self._give(reader, waiting)
            return
        for queue in queues:
            self._asking[queue][reader] = None

    def push(self, queue: str, message: Message) -> None:
        """One more message, which the one gets who has asked for longest."""
        if not self.up:
            return
        self.queues[queue].append(message)
        asking = self._asking[queue]
        if asking:
            reader = next(iter(asking))
            for other in reader.queues:
                self._asking[other].pop(reader, None)
            self._give(reader, [queue])

    def _give(self, reader: Reader, queues: Sequence[str]) -> None:
        reader.given([(queue, self._popped(reader, queue)) for queue in queues])

    def _popped(self, reader: Reader, queue: str) -> list[Message]:
        found = self.queues[queue]
        number = min(len(found), max(1, reader.most(queue)))
        return [found.popleft() for _ in range(number)]

    def orders(self, at_s: float) -> dict[bytes, bytes]:
        """The key of orders."""
        if at_s > self._orders_until_s:
            self._orders.clear()
        self._orders_until_s = at_s + KEPT_S
        return self._orders

    def stop(self, *, forgets: bool) -> None:
        """It ends, and everybody's connection with it."""
        self.up = False
        if forgets:
            self.queues.clear()
            self._orders.clear()
        self._asking.clear()
        connected, self._connected = list(self._connected), {}
        for reader in connected:
            reader.dropped()

    def start(self) -> None:
        """It is there again."""
        self.up = True
