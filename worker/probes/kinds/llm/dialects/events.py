"""Server-sent events out of a body that came in piece by piece, each with the moment at which it
was whole. Pure.

The format is the one of the HTML standard, section "Server-sent events": lines end with CRLF, LF or
CR, and an empty line ends an event. Browsers drop what follows the last empty line; the vendors'
own clients read it when the body ends there as HTTP says, and so do we.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_END_OF_LINE: Final = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

Arrivals = Sequence[tuple[int, float]]
"""Bytes of the body that were there, and when, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: when it was whole, its type (empty when it has none) and its data."""

    at_ms: float
    name: str
    data: str
    whole: bool = True
    """Whether an empty line ended it, and not the body."""


def events(body: bytes, arrivals: Arrivals, *, ended: bool = False) -> Iterator[Event]:
    """The events of a body, in order; `ended` says that the body came to its own end."""
    sizes = [size for size, _ in arrivals]
    name, data = "", list[str]()
    for line, end in _lines(body, ended=ended):
        if not line:
            if data:
                yield Event(_when(end, sizes, arrivals), name, "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.removeprefix(" ")
    if data and ended:
        yield Event(_when(len(body), sizes, arrivals), name, "\n".join(data), whole=False)


def _lines(body: bytes, *, ended: bool) -> Iterator[tuple[str, int]]:
    """The lines of a body, each with the place where it ends; the last one, when nothing ends it,
    only of a body that has ended.
    """
    begin = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    for match in _END_OF_LINE.finditer(body, begin):
        yield body[begin : match.start()].decode("utf-8", "replace"), match.end()
        begin = match.end()
    if ended and begin < len(body):
        yield body[begin:].decode("utf-8", "replace"), len(body)


def _when(size: int, sizes: Sequence[int], arrivals: Arrivals) -> float:
    """The moment at which so many bytes were there."""
    place = bisect_left(sizes, size)
    return arrivals[min(place, len(arrivals) - 1)][1] if arrivals else 0.0
