"""What traces and spans are called: names that derive from what they tell of, so that what is sent
twice is the same span. Pure.
"""

import re
from hashlib import blake2b
from typing import Final

OURS: Final = 0x6F757473
"""The first four bytes of a look's trace (`outs`); the other twelve are the result's id."""
_ID: Final = re.compile(r"[0-9a-f]{24}")
_LOW: Final = (1 << 64) - 1
_LENGTH: Final = 1 << 64


def look_trace(result: str) -> int:
    """The trace of a look. Its last 64 bits, by which is sampled, are those of the result's id."""
    found = _ID.fullmatch(result)
    return OURS << 96 | int(result, 16) if found else _digest(result, 16)


def look_span(result: str, phase: str = "") -> int:
    """The span of a look, or of one of its phases."""
    return _digest(f"{result}\n{phase}", 8)


def verdict_trace(service: str, at: int) -> int:
    """The trace of a change of a verdict."""
    return _digest(f"verdict\n{service}\n{at}", 16)


def verdict_span(service: str, at: int) -> int:
    """Its span."""
    return _digest(f"verdict\n{service}\n{at}", 8)


def below(share: float) -> str:
    """Ids of results that end in less are those of which a trace is made; empty for all."""
    bound = round(share * _LENGTH)
    return f"{bound:016x}" if bound <= _LOW else ""


def is_below(trace: int, bound: str) -> bool:
    """Whether a trace is made of it."""
    return not bound or trace & _LOW < int(bound, 16)


def _digest(text: str, size: int) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=size).digest(), "big") or 1
