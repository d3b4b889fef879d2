"""The windows that a calendar (iCalendar, RFC 5545) announces: one for each event."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import chain, islice
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coordinator.configuration.circumstances.windows import Source
from coordinator.domain.maintenance.expansion import instant_of, why_not
from coordinator.domain.maintenance.rule import RuleError, checked
from coordinator.domain.maintenance.window import Window

MOST_EVENTS: Final = 1_000
MOST_EXCEPTIONS: Final = 1_000
_TITLE: Final = 100
_DIGITS: Final = 12
_DAY: Final = timedelta(days=1)


class CalendarError(ValueError):
    """What came is no calendar; the sentence says why."""


def windows_in(body: bytes, source: Source) -> tuple[list[Window], list[str]]:
    """The windows of a calendar, and a sentence for each event that cannot be one. An event that
    stands for one time of another one (RECURRENCE-ID) takes its place; what is cancelled does not
    come. Of an event that is there in several editions (SEQUENCE) the last counts, in whichever
    order they come; one without a UID is one of its own.
    """
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(body).walk("VEVENT")
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise CalendarError(f"is no calendar: {str(error)[:100]}") from None
    troubles: list[str] = []
    if len(events) > MOST_EVENTS:
        troubles.append(f"has more than {MOST_EVENTS} events; the rest is left out")
    editions = sorted(events[:MOST_EVENTS], key=_edition)
    read = list(_read(editions, source, troubles))
    masters: dict[str, Window] = {window.id: window for window, moved in read if moved is None}
    for window, moved in read:
        if moved is not None:
            master = masters.get(window.id, replace(window, lasts_ms=0))
            there = moved.astimezone(ZoneInfo(master.zone)).replace(tzinfo=None)
            without = (*master.without, there)[:MOST_EXCEPTIONS]
            masters[window.id] = replace(master, without=without)
            own = f"{window.id}-{moved:%Y%m%dt%H%M%S}"
            masters[own] = replace(window, id=own)
    return [one for one in masters.values() if one.lasts_ms], troubles


def _edition(event: Any) -> int:
    told = str(event.get("SEQUENCE", ""))
    return int(told) if told.isdecimal() and len(told) < _DIGITS else 0


def _read(
    events: Sequence[Any], source: Source, troubles: list[str]
) -> Iterator[tuple[Window, datetime | None]]:
    """Each event as a window, and which time of another one it stands for; it lasts no time when it
    is cancelled.
    """
    for event in events:
        title = " ".join(str(event.get("SUMMARY", "")).split())[:_TITLE] or "Maintenance"
        try:
            window = _window(event, title, source)
            moved = event.get("RECURRENCE-ID")
            yield window, None if moved is None else _aware(moved.dt, window.zone)
        except (ValueError, KeyError, AttributeError, TypeError, OverflowError) as error:
            why = str(error) if isinstance(error, RuleError) else "is not understood"
            troubles.append(f"{title!r}: {why}"[:300])


def _window(event: Any, title: str, source: Source) -> Window:
    begins, zone = _local(event["DTSTART"].dt)
    name = str(event.get("UID") or (event["DTSTART"].to_ical(), title))
    window = Window(
        id=blake2b(name.encode(), digest_size=6).hexdigest(),
        title=title,
        begins=begins,
        lasts_ms=_lasts_ms(event, begins, zone),
        zone=zone,
        without=tuple(_without(event, zone)),
        targets=source.targets,
        regions=source.regions,
        source=source.name,
    )
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return replace(window, lasts_ms=0)
    if "RRULE" in event and "RECURRENCE-ID" not in event:
        rule = checked(event["RRULE"].to_ical().decode(), begins, zone)
        window = replace(window, repeat=rule)
    trouble = why_not(window)
    if trouble and "skip" not in trouble:  # one that the clocks skip counts by those of before
        raise RuleError(trouble)
    return window


def _local(told: date) -> tuple[datetime, str]:
    """The time by the clocks of a zone, and the zone. Whole days and times without a zone are those
    of UTC.
    """
    if not isinstance(told, datetime):
        return datetime.combine(told, time()), "UTC"
    if told.tzinfo is None:
        return told, "UTC"
    zone = str(told.tzinfo)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return told.astimezone(UTC).replace(tzinfo=None), "UTC"
    return told.replace(tzinfo=None), zone


def _lasts_ms(event: Any, begins: datetime, zone: str) -> int:
    if "DURATION" in event:
        lasts: timedelta = event["DURATION"].dt
        return round(lasts / timedelta(milliseconds=1))
    if "DTEND" not in event:
        whole = not isinstance(event["DTSTART"].dt, datetime)
        return round(_DAY / timedelta(milliseconds=1)) if whole else 0
    return instant_of(*_local(event["DTEND"].dt)) - instant_of(begins, zone)


def _without(event: Any, zone: str) -> Iterator[datetime]:
    found = event.get("EXDATE", [])
    lists = found if isinstance(found, list) else [found]
    dates = chain.from_iterable(listed.dts for listed in lists)
    for one in islice(dates, MOST_EXCEPTIONS):
        yield _aware(one.dt, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _aware(told: date, zone: str) -> datetime:
    """The moment; what has no zone is by the clocks of this one."""
    whole = told if isinstance(told, datetime) else datetime.combine(told, time())
    return whole if whole.tzinfo is not None else whole.replace(tzinfo=ZoneInfo(zone))
