"""Dates as mail and HTTP write them: `Sun, 25 Oct 2026 12:00:00 GMT`, and the older forms. Pure."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from worker.contract.instant import Instant


def parse_mail_date(text: str) -> Instant:
    """The instant of a date by RFC 5322 or RFC 9110, in UTC when it names no zone; ValueError when
    it is none.
    """
    try:
        date = parsedate_to_datetime(text)
        return round((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
    except (TypeError, OverflowError, IndexError) as error:
        raise ValueError(f"{text[:60]!r} is no date") from error
