"""What one client is told over an open connection: where it goes on, all it missed, then all that
comes.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from api.http.live.feed import ClosedError, Feed, Listener, SlowError
from api.http.live.frames import Frame, Wants, note
from api.http.live.line import Line

BEAT_S: Final = 15.0
"""So often something is sent where nothing happens, so that both sides know that they are there."""
RESTART: Final = 1012
TRY_LATER: Final = 1013
NOT_LET_IN: Final = 1008
_SLOW: Final = "you took nothing for too long; come back with Last-Event-ID"
_STOPS: Final = "this process stops; come back with Last-Event-ID"


@dataclass(frozen=True, slots=True)
class Beat:
    """Nothing happened that is wanted; what is behind the number need not be asked for again."""

    number: int

    @property
    def sse(self) -> bytes:
        """As a comment of an event stream, which moves on where a client comes back."""
        return b"id: %d\n: beat\n\n" % self.number

    @property
    def json(self) -> bytes:
        """As a document."""
        return orjson.dumps({"id": self.number, "type": "beat"})


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the stream itself: `ready`, `reset`, `dropped` or `closing`."""

    name: str
    text: str
    number: int | None = None
    code: int = 1000
    """By which a WebSocket closes that says nothing more (RFC 6455, 7.4)."""

    @property
    def sse(self) -> bytes:
        """As a message of an event stream."""
        return note(self.name, self.number, reason=self.text)

    @property
    def json(self) -> bytes:
        """As a document."""
        told = {} if self.number is None else {"id": self.number}
        return orjson.dumps({**told, "type": self.name, "reason": self.text})


Item: TypeAlias = Frame | Note | Beat


async def told(
    feed: Feed,
    wants: Wants,
    after: int | None,
    oldest: int,
    beat_s: float = BEAT_S,
    line: Line | None = None,
) -> AsyncIterator[Item]:
    """What the client is to be told, in order, without a repeat. `after` is the last number that it
    has, None to begin now; `oldest` that of the first event that is kept. What goes over the `line`
    is not among it.
    """
    line = line or Line()
    line.wants = wants
    async with feed.listening() as (listener, position):
        line.gone = listener.close
        last = position if after is None else after
        if after is not None and (after > position or after + 1 < oldest):
            last = position
            yield Note("reset", f"events behind {after} are not kept; read all anew", position)
        async for frame in feed.missed(last, position):
            last = frame.number
            if wants.take(frame):
                yield frame
        line.last = max(last, position)
        yield Note("ready", "all that follows happens now", line.last)
        listener.line = line
        async for item in _live(listener, line, beat_s):
            yield item


async def _live(listener: Listener, line: Line, beat_s: float) -> AsyncIterator[Item]:
    while True:
        try:
            found = await listener.take(beat_s)
        except SlowError:
            yield Note("dropped", _SLOW, code=TRY_LATER)
            return
        except ClosedError:
            yield Note("closing", _STOPS, code=RESTART)
            return
        if not found:
            yield Beat(line.last)
        for frame in found:
            if frame.number > line.last:
                line.last = frame.number
                if line.wants.take(frame):
                    yield frame
