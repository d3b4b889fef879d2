"""Server-sent events out of a body that came in piece by piece, each with the moment at which it
was whole. Pure.

The format is the one of the HTML standard, section "Server-sent events": lines end with CRLF, LF or
CR, an empty line ends an event, and what follows the last empty line is no event.
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


def events(body: bytes, arrivals: Arrivals) -> Iterator[Event]:
    """The events of a body, in order."""
    sizes = [size for size, _ in arrivals]
    name, data = "", []
    begin = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    for match in _END_OF_LINE.finditer(body, begin):
        line = body[begin : match.start()].decode("utf-8", "replace")
        begin = match.end()
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value
            continue
        if data:
            yield Event(_when(match.end(), sizes, arrivals), name, "\n".join(data))
        name, data = "", []


def _when(size: int, sizes: Sequence[int], arrivals: Arrivals) -> float:
    """The moment at which so many bytes were there."""
    place = bisect_left(sizes, size)
    return arrivals[min(place, len(arrivals) - 1)][1] if arrivals else 0.0
