"""What a format is: record batches in, bytes out."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

PACKED_SUFFIX: Final = {"none": "", "gzip": ".gz", "zstd": ".zst"}
"""How the name of a file goes on when the whole of it is packed."""
COMPRESSIONS: Final = tuple(PACKED_SUFFIX)


class Writer(Protocol):
    """Writes one export. Every call answers the bytes that are ready by then."""

    def begin(self) -> bytes:
        """What stands before the first row."""

    def add(self, batch: Any) -> bytes:
        """A batch with exactly the columns of the schema; never an empty one."""

    def end(self) -> bytes:
        """What stands behind the last row."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing. `packs` says that it compresses by itself, column by column."""

    name: str
    about: str
    """A few words for those who choose."""
    suffixes: tuple[str, ...]
    """How names of its files may end; the first is how ours do."""
    media_type: str
    writer: Callable[[Any, str, bool], Writer]
    """Makes a writer of a schema, a compression, and whether a header is wanted; loads what is
    heavy.
    """
    compressions: tuple[str, ...] = COMPRESSIONS
    """The first is the default."""
    packs: bool = False
    continues: bool = False
    """Whether bytes of a later export may be appended to those of an earlier one."""
    has_header: bool = False
    """Whether it begins with the names of the columns, which may be left out."""


class Outlet(io.RawIOBase):
    """A file to which Arrow's writers write, and from which is taken what they wrote."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How much was written."""
        return self._at

    def write(self, data: Any) -> int:
        """Keep a copy: Arrow uses its buffer again."""
        copy = bytes(data)
        self._parts.append(copy)
        self._at += len(copy)
        return len(copy)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
