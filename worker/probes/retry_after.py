"""How long a target wants to be left alone. Pure."""

from email.utils import parsedate_to_datetime
from typing import Final

from worker.contract.instant import Instant

_DIGITS: Final = 9


def seconds(retry_after: str, date: str | None, now: Instant) -> float | None:
    """The wait that a Retry-After header names, in seconds, never negative; None when it means nothing.

    A moment is counted from the target's own clock when it told one (`date`), because clocks differ.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_DIGITS]) if len(text) <= _DIGITS else None
    until = _moment_s(text)
    if until is None:
        return None
    since = _moment_s(date) if date else None
    return max(0.0, until - (now / 1000 if since is None else since))


def _moment_s(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
