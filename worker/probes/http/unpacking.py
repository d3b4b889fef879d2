"""A packed body, unpacked as it comes in. Pure.

What is asked for is gzip and deflate, which every server that packs knows, and whose end shows
whether the body is whole: half of one with a length that fits would else be an answer. A coding
that is unknown is passed over, as browsers do, and the body is read as it is.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

ACCEPTED: Final = b"Accept-Encoding: gzip, deflate"
_MOST_CODINGS: Final = 5
_NONE: Final = frozenset({"", "identity"})
_MEMBER: Final = b"\x1f\x8b\x08"
_ZLIB: Final = 8
"""The method in the lower half of the first byte of what zlib packed, RFC 1950."""


class PackedError(ValueError):
    """The body is not packed as it says; the sentence says what is wrong with it."""


class Unpacker(Protocol):
    """Takes a body in, and gives out what it holds."""

    def take(self, data: bytes, most: int) -> bytes:
        """What these bytes add, at most so many; PackedError when they are not packed so."""

    @property
    def whole(self) -> bool:
        """Whether what was packed came to its end."""


def unpacker(codings: str) -> Unpacker:
    """What unpacks a body with these codings, a `Content-Encoding` (RFC 9110, section 8.4)."""
    names = codings.lower().replace(" ", "").split(",")
    known = [name for name in names if name not in _NONE]
    if not known or len(known) > _MOST_CODINGS or not set(known) <= _CODINGS.keys():
        return _AsItIs()
    return _Chain([_CODINGS[name]() for name in reversed(known)])


class _AsItIs:
    whole = True

    def take(self, data: bytes, _most: int) -> bytes:
        return data


class _Chain:
    """One coding after the other, the last one first."""

    def __init__(self, parts: Sequence[Unpacker]) -> None:
        self._parts = parts

    def take(self, data: bytes, most: int) -> bytes:
        for part in self._parts:
            data = part.take(data, most)
        return data

    @property
    def whole(self) -> bool:
        return all(part.whole for part in self._parts)


class _Zlib:
    """gzip, or deflate, which some servers send without the frame that it should have."""

    def __init__(self, bits: Callable[[bytes], int], member: bytes | None = None) -> None:
        self._bits = bits
        self._member = member
        """How another one begins behind the end, where there may be several."""
        self._unpack: zlib._Decompress | None = None

    def take(self, data: bytes, most: int) -> bytes:
        if not data:
            return b""
        if self._unpack is None:
            self._unpack = zlib.decompressobj(self._bits(data))
        if self._unpack.eof and len(self._unpack.unused_data) >= len(self._member or b""):
            return b""  # nothing follows, and what is there need not be kept
        given = b""
        try:
            given = self._unpack.decompress(self._unpack.unconsumed_tail + data, most)
            while self._begins_anew() and len(given) < most:
                rest = self._unpack.unused_data
                self._unpack = zlib.decompressobj(self._bits(rest))
                given += self._unpack.decompress(rest, most - len(given))
        except zlib.error as error:
            raise PackedError(f"the body cannot be unpacked: {error}") from error
        return given

    def _begins_anew(self) -> bool:
        """Whether another member follows: a file of gzip may have several (RFC 1952, section 2.2).
        Anything else behind the end is passed over, as browsers do.
        """
        if self._unpack is None or not self._unpack.eof or self._member is None:
            return False
        return self._unpack.unused_data.startswith(self._member)

    @property
    def whole(self) -> bool:
        return self._unpack is None or self._unpack.eof


def _gzip() -> _Zlib:
    return _Zlib(lambda _data: zlib.MAX_WBITS | 16, _MEMBER)


def _deflate() -> _Zlib:
    return _Zlib(lambda data: zlib.MAX_WBITS if data[0] & 15 == _ZLIB else -zlib.MAX_WBITS)


_CODINGS: Final = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate}
