"""Packed answers that begin with what one caller is told, and go on as all others do: the beginning
is put before what was packed once, as a block that is not packed.

By gzip (RFC 1952, and RFC 1951, 3.2.4, for the stored block) and zstd (RFC 8878, 3.1.1.2.2, for the
raw block). What follows refers to nothing before itself, so it may stand behind anything.
"""

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from backports import zstd

MOST: Final = 100_000
"""Bytes that are packed anew between two requests; of what is longer each caller's is packed."""

_GZIP_HEAD: Final = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
_ZSTD_HEAD: Final = struct.pack("<IBB", 0xFD2FB528, 0, (20 - 10) << 3)
"""The magic number; neither a length, nor a checksum, nor a dictionary; a window of 1 MiB."""
_CHECKSUM: Final = 0b100
_SINGLE: Final = 0b10_0000
_LENGTHS: Final = (0, 2, 4, 8)
_NAMES: Final = (0, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Rest:
    """What an answer goes on with behind how it begins."""

    plain: bytes
    packed: bytes
    coding: "_Coding"

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.plain) + len(self.packed)

    def after(self, begin: bytes) -> bytes:
        """The whole answer."""
        return self.coding.join(begin, self)


@dataclass(frozen=True, slots=True)
class _Coding:
    unpack: Callable[[bytes], bytes]
    pack: Callable[[bytes], bytes]
    """The rest, so that it may stand behind something."""
    join: Callable[[bytes, Rest], bytes]


def _deflated(rest: bytes) -> bytes:
    deflater = zlib.compressobj(5, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(rest) + deflater.flush()


def _by_gzip(begin: bytes, rest: Rest) -> bytes:
    size, whole = len(begin), (len(begin) + len(rest.plain)) & 0xFFFF_FFFF
    stored = struct.pack("<BHH", 0, size, size ^ 0xFFFF)
    tail = struct.pack("<II", zlib.crc32(rest.plain, zlib.crc32(begin)), whole)
    return b"".join((_GZIP_HEAD, stored, begin, rest.packed, tail))


def _blocks(rest: bytes) -> bytes:
    """A frame without its header and checksum (RFC 8878, 3.1.1)."""
    frame = bytes(zstd.compress(rest, 3))
    told = frame[4]
    single = bool(told & _SINGLE)
    length = _LENGTHS[told >> 6] or int(single)
    head = 5 + (not single) + _NAMES[told & 3] + length
    return frame[head : -4 if told & _CHECKSUM else None]


def _by_zstd(begin: bytes, rest: Rest) -> bytes:
    raw = (len(begin) << 3).to_bytes(3, "little")
    return b"".join((_ZSTD_HEAD, raw, begin, rest.packed))


_CODINGS: Final[Mapping[str, _Coding]] = {
    "": _Coding(bytes, lambda _: b"", lambda begin, rest: begin + rest.plain),
    "gzip": _Coding(gzip.decompress, _deflated, _by_gzip),
    "zstd": _Coding(lambda body: bytes(zstd.decompress(body)), _blocks, _by_zstd),
}


def rest_of(coding: str, body: bytes, begin: bytes) -> Rest | None:
    """What the answer `body` goes on with where it begins so; None where it does not, or is too
    long or packed otherwise.
    """
    known = _CODINGS.get(coding)
    if known is None or (coding and len(body) > MOST):
        return None
    plain = known.unpack(body)
    if not plain.startswith(begin) or (coding and len(plain) > MOST):
        return None
    rest = plain[len(begin) :]
    return Rest(rest, known.pack(rest), known)
