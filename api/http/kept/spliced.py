"""Packed answers that begin with what one caller is told, and go on as all others do: the beginning
is put before what was packed once, as a block that is not packed.

By gzip (RFC 1952, and RFC 1951, 3.2.4, for the stored block) and zstd (RFC 8878, 3.1.1.2.2, for the
raw block). What follows refers to nothing before itself, so it may stand behind anything.
"""

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from backports import zstd

MOST: Final = 100_000
"""Bytes that are packed anew between two requests; of what is longer each caller's is packed."""
After: TypeAlias = Callable[[bytes], bytes]
"""The whole answer, from how it begins."""

_GZIP_HEAD: Final = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
_ZSTD_HEAD: Final = struct.pack("<IBB", 0xFD2FB528, 0, (20 - 10) << 3)
"""The magic number; neither a length, nor a checksum, nor a dictionary; a window of 1 MiB."""
_CHECKSUM: Final = 0b100
_SINGLE: Final = 0b10_0000
_LENGTHS: Final = (0, 2, 4, 8)
_NAMES: Final = (0, 1, 2, 4)


def _by_gzip(rest: bytes) -> After:
    deflater = zlib.compressobj(5, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = deflater.compress(rest) + deflater.flush()

    def after(begin: bytes) -> bytes:
        size, whole = len(begin), (len(begin) + len(rest)) & 0xFFFF_FFFF
        stored = struct.pack("<BHH", 0, size, size ^ 0xFFFF)
        tail = struct.pack("<II", zlib.crc32(rest, zlib.crc32(begin)), whole)
        return b"".join((_GZIP_HEAD, stored, begin, deflated, tail))

    return after


def _by_zstd(rest: bytes) -> After:
    blocks = _blocks(bytes(zstd.compress(rest, 3)))

    def after(begin: bytes) -> bytes:
        raw = (len(begin) << 3).to_bytes(3, "little")
        return b"".join((_ZSTD_HEAD, raw, begin, blocks))

    return after


def _blocks(frame: bytes) -> bytes:
    """A frame without its header and checksum (RFC 8878, 3.1.1)."""
    told = frame[4]
    single = bool(told & _SINGLE)
    length = _LENGTHS[told >> 6] or int(single)
    head = 5 + (not single) + _NAMES[told & 3] + length
    return frame[head : -4 if told & _CHECKSUM else None]


_CODINGS: Final[Mapping[str, tuple[Callable[[bytes], bytes], Callable[[bytes], After]]]] = {
    "": (bytes, lambda rest: lambda begin: begin + rest),
    "gzip": (gzip.decompress, _by_gzip),
    "zstd": (lambda body: bytes(zstd.decompress(body)), _by_zstd),
}


def after(coding: str, body: bytes, begin: bytes) -> After | None:
    """How the answer `body`, which begins so, is told to others; None where it does not, or is too
    long or packed otherwise.
    """
    unpack, follow = _CODINGS.get(coding, (None, None))
    if unpack is None or follow is None or (coding and len(body) > MOST):
        return None
    plain = unpack(body)
    if not plain.startswith(begin) or (coding and len(plain) > MOST):
        return None
    return follow(plain[len(begin) :])
