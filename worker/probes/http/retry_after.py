"""How long a target wants to be left alone. Pure."""

from typing import Final

from worker.contract.instant import Instant
from worker.probes.http.mail_date import parse_mail_date

_DIGITS: Final = 9


def seconds(retry_after: str, date: str | None, now: Instant) -> float | None:
    """The wait that a Retry-After header names, in seconds, never negative; None when it means
    nothing.

    A moment is counted from the target's own clock when it told one (`date`), because clocks
    differ.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_DIGITS]) if len(text) <= _DIGITS else None
    until = _moment(text)
    if until is None:
        return None
    since = _moment(date) if date else None
    return max(0.0, (until - (now if since is None else since)) / 1000)


def _moment(text: str) -> Instant | None:
    try:
        return parse_mail_date(text)
    except ValueError:
        return None
