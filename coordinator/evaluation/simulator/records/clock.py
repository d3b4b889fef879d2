"""Times as a vendor's prose tells them: `Between 12:15 PM and 12:21 PM PDT`, with or without a
date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from worker.contract.instant import Instant

_ZONES: Final = {"PDT": timezone(timedelta(hours=-7)), "PST": timezone(timedelta(hours=-8))}
_MOMENT: Final = r"(?:[A-Z][a-z]+ \d{1,2},? )?(?:at )?\d{1,2}:\d{2} ?[AP]M"
_BETWEEN: Final = re.compile(
    rf"[Bb]etween ({_MOMENT})(?: (?:PDT|PST))?(?: on [A-Z][a-z]+ \d+)?,? (?:and|to) ({_MOMENT})"
    r" ?(PDT|PST)"
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2}) ?([AP])M")
_DAY: Final = timedelta(days=1)
_HALF_DAY: Final = 12


class Span(NamedTuple):
    """From when until when."""

    begin: Instant
    end: Instant


def told_span(text: str, published_at: Instant) -> Span | None:
    """The last span that the text tells, near to when it was first published; None when it tells
    none.

    Clock times go without a date: the beginning is the last such time before publication, the end
    the next after it.
    """
    found = _BETWEEN.findall(text)
    if not found:
        return None
    first, last, zone = found[-1]
    published = datetime.fromtimestamp(published_at / 1000, UTC).astimezone(_ZONES[zone])
    begin = _at(published, first)
    if begin > published:
        begin -= _DAY
    end = _at(begin, last)
    if end <= begin:
        end += _DAY
    return Span(round(begin.timestamp() * 1000), round(end.timestamp() * 1000))


def _at(day: datetime, clock: str) -> datetime:
    matched = _CLOCK.search(clock)
    hour, minute, half = matched.groups() if matched else ("12", "00", "A")
    return day.replace(
        hour=int(hour) % _HALF_DAY + (half == "P") * _HALF_DAY, minute=int(minute), second=0
    )
