"""An answer, as libcurl hands it over: its head line by line, its body chunk by chunk."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Final

import pycurl

from worker.probes.http.request import Request
from worker.probes.http.unpacking import PackedError, Unpacker, unpacker
from worker.probes.look.vantage import Look

_STOP: Final = 0
"""What a callback returns to have libcurl end the transfer there."""
_HALF: Final = "the packed body ends in its middle"
_EMPTY: Final = frozenset({b"\r\n", b"\n"})
_SIZE: Final = re.compile(r"[0-9]{1,19}")
_SHORTEST: Final = 3
"""Bytes of the shortest line that says anything."""
_H: Final = ord("H")
_VERSIONS: Final = {b"HTTP/1.1 ": "1.1", b"HTTP/1.0 ": "1.0"}
_STATUS_LINE: Final = re.compile(rb"HTTP/\S+[ \t]+[0-9]{3}(?:\s|$)", re.I)
_TOO_LONG: Final = re.compile(rb"content-length:\s*(?!0)[0-9]{20,}\s*$", re.I)
_LONGEST_LENGTH: Final = len("content-length:") + 19
_BODILESS: Final = re.compile(rb"HTTP/\S+ +(?:204|304)")


class Head:
    """The lines of an answer's head, and of its trailers. Ends the transfer with the head when no
    body is wanted. `enough`: we have ended it, here or in the body; `cut`: there was more, or may
    have been.
    """

    # most looks change none of these, so an object is made without them
    _begins_at = 0
    answered_ms = 0.0
    cut = False
    ends_at: int | None = None
    """How many lines it has; what comes behind are trailers."""
    enough = False
    hinted = False
    interim = False
    whole = False
    """Whether the head came to its end."""

    def __init__(self, request: Request, look: Look) -> None:
        self.lines: list[bytes] = []
        self._look = look
        self._request = request

    @property
    def take(self) -> Callable[[bytes], int | None]:
        """What libcurl calls with each line that it has read. Most lines are only kept."""
        append, mark = self.lines.append, self._mark

        def take(line: bytes) -> int | None:
            append(line)
            return mark(line) if len(line) < _SHORTEST or line[0] == _H else None

        return take

    def _mark(self, line: bytes) -> int | None:
        """A line that may begin or end a head."""
        if line[:5] == b"HTTP/":
            self._begin(line)
        elif line in _EMPTY and not self.interim:
            self.whole = True
            self.ends_at = self.ends_at or len(self.lines)
            if self._is_enough():
                self.enough = self.cut = True
                return _STOP
        return None

    @property
    def complaint(self) -> str | None:
        """What is wrong with it, although libcurl is content: a status of other than three digits,
        a length that no number holds.
        """
        if not self.lines:
            return None
        first = self.lines[self._begins_at]
        if not _STATUS_LINE.match(first):
            status = first.split()[1:2] or [b""]
            return f"the status {status[0][:6]!r} is none"
        long = [line for line in self.lines if len(line) > _LONGEST_LENGTH]
        if any(_TOO_LONG.match(line) for line in long):
            return "the announced length is more than any answer has"
        return None

    @property
    def announced(self) -> int | None:
        """Bytes of the body as the head announces them; None when it does not."""
        size = _SIZE.fullmatch(self.value(b"content-length") or "")
        return None if size is None else int(size[0])

    @property
    def version(self) -> str | None:
        """The version of HTTP/1 that the answer begins with; None when it begins otherwise."""
        return _VERSIONS.get(self.lines[self._begins_at][:9]) if self.lines else None

    def value(self, name: bytes) -> str | None:
        """The value of a header of the answer itself, by its name in lower case; the last one of
        several.
        """
        begins, size = name + b":", len(name) + 1
        found = [line for line in self.lines[self._begins_at :] if line[:size].lower() == begins]
        return found[-1][size:].strip().decode("latin-1") if found else None

    def _begin(self, line: bytes) -> None:
        """An answer begins, an interim one or the one that counts."""
        self._begins_at = len(self.lines) - 1
        self.ends_at, self.whole = None, False
        self.interim = b" 1" in line[6:10]
        self.hinted |= self.interim
        if self.hinted or self._request.may_be_http2:
            self.answered_ms = self._look.elapsed_ms()

    def _is_enough(self) -> bool:
        """Whether nothing more is wanted, and more may come."""
        any_body, redirects_too, whole = self._request.wants
        if any_body and (redirects_too or not self._leads_elsewhere):
            return False
        bodiless = _BODILESS.match(self.lines[self._begins_at])
        return whole and bodiless is None and self.announced != 0

    @property
    def _leads_elsewhere(self) -> bool:
        return b" 3" in self.lines[self._begins_at][6:10] and bool(self.value(b"location"))


class Body:
    """What was read of the body, up to its limit."""

    __slots__ = ("_head", "chunks", "room")

    def __init__(self, limit: int, head: Head) -> None:
        self._head = head
        self.chunks: list[bytes] = []
        self.room = limit

    @property
    def arrivals(self) -> tuple[tuple[int, float], ...]:
        """Bytes that were there, and when; nothing, when nobody asked."""
        return ()

    @property
    def complaint(self) -> str | None:
        """What is wrong with what came, although libcurl is content."""
        return None

    def let_go(self) -> None:
        """The transfer is over."""

    def take(self, chunk: bytes) -> int | None:
        """libcurl has read something. What is not wanted is not waited for, not even to see
        whether there is any.
        """
        size = len(chunk)
        if size < self.room:
            self.room -= size
            self.chunks.append(chunk)
            return None
        self.chunks.append(chunk[: self.room])
        self.room -= size
        if self.room == 0 and self._head.announced == sum(map(len, self.chunks)):
            return None  # that was all, and the connection may go on
        self.room = 0
        self._head.enough = self._head.cut = True
        return _STOP


class TimedBody(Body):
    """As above, and when each chunk came; `ends` says of a chunk for how long more is waited for.
    Then `end` is called, until that is let go of.
    """

    __slots__ = ("_arrivals", "_end", "_ends", "_look", "_size", "_timer")

    def __init__(
        self,
        limit: int,
        head: Head,
        look: Look,
        ends: Callable[[bytes], float | None] | None,
        end: Callable[[], None],
    ) -> None:
        super().__init__(limit, head)
        self._end = end
        self._timer: asyncio.TimerHandle | None = None
        self._look = look
        self._ends = ends
        self._size = 0
        self._arrivals: list[tuple[int, float]] = []

    @property
    def arrivals(self) -> tuple[tuple[int, float], ...]:
        """Bytes that were there, and when in milliseconds of the look."""
        return tuple(self._arrivals)

    def take(self, chunk: bytes) -> int | None:
        """libcurl has read something."""
        self._size += len(chunk)
        self._arrivals.append((self._size, self._look.elapsed_ms()))
        said = super().take(chunk)
        if said is not None or self._ends is None:
            return said
        patience_s = self._ends(chunk)
        if patience_s == 0:
            self._head.enough = True
            return _STOP
        if patience_s is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(patience_s, self._stop)
        return None

    def _stop(self) -> None:
        self._head.enough = True
        self._end()

    def let_go(self) -> None:
        """The transfer is over."""
        if self._timer is not None:
            self._timer.cancel()


class PackedBody(Body):
    """As above, unpacked."""

    __slots__ = ("_complaint", "_unpacker", "_whole")

    def __init__(self, limit: int, head: Head) -> None:
        super().__init__(limit, head)
        self._unpacker: Unpacker | None = None
        self._whole = True
        self._complaint: str | None = None

    def take(self, chunk: bytes) -> int | None:
        """libcurl has read something."""
        if self._unpacker is None:
            self._unpacker = unpacker(self._head.value(b"content-encoding") or "")
        try:
            data = self._unpacker.take(chunk, self.room)
        except PackedError as error:
            self._complaint = str(error)
            return _STOP
        self._whole = self._unpacker.whole
        return super().take(data)

    @property
    def complaint(self) -> str | None:
        """What is wrong with how it is packed."""
        whole = self._whole or self._head.cut
        return self._complaint if whole else self._complaint or _HALF


def body_of(request: Request, head: Head, look: Look, easy: pycurl.Curl) -> Body:
    """What takes in the body of the answer to this request, of which this is the transfer."""
    if request.compressed:
        return PackedBody(request.body_limit, head)
    if not request.timed:
        return Body(request.body_limit, head)
    end = partial(look.vantage.curl.stop, easy)
    return TimedBody(request.body_limit, head, look, request.ends and request.ends(), end)
