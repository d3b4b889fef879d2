"""Follows the store while somebody listens, and hands each event to all listeners."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from api.http.live.frames import Frame, frame_of
from api.http.live.line import Line
from coordinator.store import TROUBLE, Store
from worker.contract.clock import monotonic_s

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 0.1
AT_ONCE: Final = 500
ROOM: Final = 1_000
"""So many events wait for a listener who takes none; then it is dropped."""
_IN_A_ROW: Final = 250
"""So many listeners are handed an event before others are answered."""
_TROUBLED_S: Final = 2.0


class SlowError(Exception):
    """The listener took nothing for so long that events would have to be left out."""


class ClosedError(Exception):
    """The process stops."""


class Listener:
    """What waits for one client."""

    __slots__ = ("_closed", "_room", "_slow", "_taker", "_waiting", "line")

    def __init__(self, room: int) -> None:
        self._waiting: list[Frame] = []
        self._taker: asyncio.Future[None] | None = None  # an Event holds a kilobyte
        self._room = room
        self._slow = False
        self._closed = False
        self.line: Line | None = None
        """Where given, what comes while nothing waits goes over it, as far as that is possible."""

    async def take(self, patience_s: float) -> list[Frame]:
        """All that waits; empty when nothing came for so long, at once neither.

        SlowError and ClosedError when nothing more will come.
        """
        if not (self._waiting or self._slow or self._closed):
            await self._arrival(patience_s)
        if self._slow:
            raise SlowError
        if self._closed:
            raise ClosedError
        found, self._waiting = self._waiting, []
        return found

    async def _arrival(self, patience_s: float) -> None:
        since_s, told_s = 0.0, monotonic_s()
        while told_s > since_s and not (self._waiting or self._slow or self._closed):
            since_s = told_s
            await self._woken(max(0.0, since_s + patience_s - monotonic_s()))
            told_s = self.line.told_s if self.line is not None else 0.0

    async def _woken(self, after_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._taker = loop.create_future()
        timer = loop.call_later(after_s, self._wake)
        try:
            await self._taker
        finally:
            timer.cancel()
            self._taker = None

    def _wake(self) -> None:
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)

    def put(self, frame: Frame) -> None:
        """Tell it now where that is possible, else have it wait."""
        if self._is_at_rest and self.line is not None and self.line.takes(frame):
            return
        if len(self._waiting) >= self._room:
            self._slow = True
            self._waiting.clear()
        elif not self._slow:
            self._waiting.append(frame)
        self._wake()

    @property
    def _is_at_rest(self) -> bool:
        """Whether its client was told all that came before, and waits."""
        return self._taker is not None and not self._taker.done() and not self._waiting

    def close(self) -> None:
        """Nothing more comes."""
        self._closed = True
        self._wake()


class Feed:
    """One reader of the store for all listeners of this process; it reads while there are any."""

    def __init__(self, store: Store, every_s: float = EVERY_S, room: int = ROOM) -> None:
        self._store = store
        self._every_s = every_s
        self._room = room
        self._listeners: set[Listener] = set()
        self._reading: asyncio.Task[None] | None = None
        self._position = 0
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[tuple[Listener, int]]:
        """A listener, and the number behind which it hears everything. One of
        `coordinator.store.TROUBLE` when the store cannot be read.
        """
        listener = Listener(self._room)
        async with self._starting:
            if self._closed:
                listener.close()
            elif self._reading is None:
                self._position = await self._store.events.latest()
                self._reading = asyncio.create_task(self._read())
            self._listeners.add(listener)
            position = self._position
        try:
            yield listener, position
        finally:
            self._listeners.discard(listener)
            listener.line = None  # which knows it
            if not self._listeners and self._reading is not None:
                self._reading.cancel()
                self._reading = None

    async def missed(self, after: int, until: int) -> AsyncIterator[Frame]:
        """What happened behind a number up to another, from the store."""
        while after < until:
            found = await self._store.events.after(after, AT_ONCE)
            for event in found:
                if event.number <= until:
                    yield frame_of(event)
            if not found:
                return
            after = found[-1].number

    def close(self) -> None:
        """Let everybody go: the process stops."""
        self._closed = True
        for listener in self._listeners:
            listener.close()

    async def _read(self) -> None:
        while True:
            try:
                found = await self._store.events.after(self._position, AT_ONCE)
            except TROUBLE as error:
                log.warning("events_not_read error=%r", error)
                await asyncio.sleep(_TROUBLED_S)
                continue
            for event in found:
                await self._hand_out(frame_of(event))
            if len(found) < AT_ONCE:
                await asyncio.sleep(self._every_s)

    async def _hand_out(self, frame: Frame) -> None:
        self._position = frame.number  # who comes meanwhile reads this one from the store
        for number, listener in enumerate(tuple(self._listeners), start=1):
            listener.put(frame)
            if number % _IN_A_ROW == 0:
                await asyncio.sleep(0)
