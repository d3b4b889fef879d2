"""The recurrence rule of a window (RFC 5545, 3.3.10): which are taken, and the local times of one.

The calendar repeats itself every 400 years to the day of the week. So a rule is asked 7,600 years
later, where the library's own calendar ends soon: one that never comes true is found out in a
fraction of a second.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

MOST_LETTERS: Final = 300
FIRST_YEAR, LAST_YEAR = 2000, 2199
_LATER: Final = 7_600
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS: Final = frozenset(
    (
        *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
        *("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"),
    )
)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_NUMBER: Final = re.compile(r"[1-9]\d{0,3}")


class RuleError(ValueError):
    """A rule that is not taken; the sentence says why and what to do."""


def checked(text: str, begins: datetime, zone: str) -> str:
    """The rule in capitals without its name; RuleError when it is none, or never comes true."""
    rule = text.strip().upper().removeprefix("RRULE:")
    if next(local_times(rule, begins, zone, begins), None) is None:
        raise RuleError(f"{text[:80]!r} never comes true; change a part of it")
    return rule


def local_times(rule: str, begins: datetime, zone: str, after: datetime) -> Iterator[datetime]:
    """The times of a rule by the clocks of its zone that are not before another one, in order."""
    parts = _parts_of(rule)
    given = ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL")
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    try:
        found = rrulestr(given, dtstart=_later(begins))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise RuleError(f"{rule[:80]!r} is no rule of RFC 5545: {error}") from None
    for time in found.xafter(_later(max(after, begins)), inc=True):
        here = time.replace(year=time.year - _LATER)
        if until is not None and here > until:
            return
        yield here


@lru_cache(maxsize=1_024)
def shortest_pause_ms(rule: str, begins: datetime) -> int | None:
    """How soon a rule comes again at the earliest, by its first hundred times; None when it comes
    once.
    """
    times = list(islice(local_times(rule, begins, "UTC", begins), 100))
    pauses = [after - before for before, after in pairwise(times)]
    return int(min(pauses) / timedelta(milliseconds=1)) if pauses else None


def _parts_of(rule: str) -> Mapping[str, str]:
    if len(rule) > MOST_LETTERS:
        raise RuleError(f"a rule has at most {MOST_LETTERS} letters; write several windows")
    parts: dict[str, str] = {}
    for part in filter(None, rule.split(";")):
        name, _, value = part.partition("=")
        if name not in _PARTS or not value or name in parts:
            raise RuleError(
                f"{part[:40]!r} is not a part of a rule that is taken here; write such as"
                " FREQ=WEEKLY;BYDAY=SU"
            )
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise RuleError(f"a rule needs FREQ, one of {', '.join(_FREQUENCIES)}")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not _NUMBER.fullmatch(parts[name]):
            raise RuleError(f"{name} must be a number from 1 to 9999")
    return parts


def _until(text: str, zone: str) -> datetime:
    found = _UNTIL.fullmatch(text)
    day, clock, utc = found.groups() if found else ("", "", "")
    try:
        told = datetime.strptime(f"{day}{clock or '235959'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise RuleError(
            f"UNTIL={text[:20]} is no time; write it such as 20261231T235959Z"
        ) from None
    if not utc or not FIRST_YEAR <= told.year <= LAST_YEAR:
        return told
    return told.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _later(time: datetime) -> datetime:
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise RuleError(f"{time.year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return time.replace(year=time.year + _LATER)
