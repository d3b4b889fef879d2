"""How much a report may be before anybody reads it row by row: rows, bytes and depth, found without
following what it holds.
"""

import re
from contextlib import suppress
from typing import Any, Final

import msgspec

MOST_ROWS: Final = 2_000
"""Of one report; a worker sends a quarter of it."""
MOST_HEAD: Final = 32_768
"""Bytes of a report beside its rows."""
MOST_MALFORMED: Final = 50
"""Malformed rows of one report; with more of them it is none. Each costs as much as a hundred good
ones.
"""
MOST_MENDED: Final = 1 << 20
"""Bytes of a message that is read row by row, because it is not as this version's workers write.
"""
MOST_DEPTH: Final = 64
"""Lists and objects in each other."""


class _Counted(msgspec.Struct):
    """A report whose rows are only counted."""

    rows: list[msgspec.Raw] = []


_COUNTED: Final = msgspec.json.Decoder(tuple[tuple[_Counted], Any, Any])
_BRACKETS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{}]', re.DOTALL)
_STEPS: Final = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def too_much(body: bytes) -> tuple[str, str] | None:
    """The reason for which nobody should read this row by row, and what is too much; None when all
    is within bounds.
    """
    if len(body) > MOST_MENDED:
        return "too_large", f"{len(body)} bytes that are not as they should be"
    if _many(body):
        return "too_large", f"more than {MOST_ROWS} rows"
    if deeper_than(body, MOST_DEPTH):
        return "too_deep", f"more than {MOST_DEPTH} lists in each other"
    return None


def deeper_than(body: bytes, most: int) -> bool:
    """Whether JSON nests its lists and objects deeper than this; found without following them."""
    depth = 0
    for found in _BRACKETS.finditer(body):
        depth += _STEPS.get(found[0], 0)
        if depth > most:
            return True
    return False


def _many(body: bytes) -> bool:
    """Whether there are more rows than anybody would read one by one, whatever they are."""
    with suppress(msgspec.MsgspecError, ValueError, LookupError):
        return len(_COUNTED.decode(body)[0][0].rows) > MOST_ROWS
    return False
