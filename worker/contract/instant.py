"""Moments as whole milliseconds since 1970-01-01 UTC, and their RFC 3339 text.

A whole number of milliseconds survives every wire, store and file unchanged, which is what lets a
replay equal the live system byte for byte.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since the epoch, UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def rfc3339(instant: Instant) -> str:
    """The instant as RFC 3339 text in UTC with milliseconds: `2026-03-01T14:32:07.120Z`."""
    second, millisecond = divmod(instant, 1000)
    return f"{_to_the_second(second)}.{millisecond:03d}Z"


@lru_cache(maxsize=4096)
def _to_the_second(second: int) -> str:
    """Kept, because records of the same second come in bulk and this is the dear part of writing
    them.
    """
    return f"{_EPOCH + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}"


def parse_rfc3339(text: str) -> Instant:
    """The instant that RFC 3339 text names, cut to the millisecond; ValueError without an
    offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write 2026-03-01T14:32:07Z")
    return (moment - _EPOCH) // _MILLISECOND
