"""Incidents and announced maintenance as a calendar (iCalendar, RFC 5545); pure.

A calendar knows whole seconds and no intervals: an incident begins at `started_by`, when it was
certain, ends when its end was certain, and its description says between which looks both lie.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from api.documents.feed import Channel, Story, printable
from api.documents.incidents import IncidentView
from api.explanation import Style, between
from coordinator.domain.maintenance.window import Occurrence
from worker.contract.instant import Instant, rfc3339

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE: Final = "text/calendar"
RENEWED: Final = timedelta(minutes=5)
"""How often a program may ask again; what many of them go by."""
_SECOND: Final = timedelta(seconds=1)
_STYLE: Final = Style()


def ical(
    channel: Channel, stories: Iterable[Story], works: Sequence[Occurrence], now: Instant
) -> bytes:
    """The calendar: an event for each incident, and for each time that maintenance comes."""
    from icalendar import Calendar

    found = Calendar()
    found.add("PRODID", "-//Outscope//Incidents//EN")
    found.add("VERSION", "2.0")
    found.add("NAME", printable(f"{channel.name}: incidents"))
    found.add("X-WR-CALNAME", printable(f"{channel.name}: incidents"))
    found.add("REFRESH-INTERVAL", RENEWED, parameters={"VALUE": "DURATION"})
    for one, timeline in stories:
        found.add_component(_incident(channel, one, timeline))
    for work in works:
        found.add_component(_work(channel, work, now))
    body: bytes = found.to_ical()
    return body


def _incident(
    channel: Channel, found: IncidentView, timeline: Sequence[Mapping[str, Any]]
) -> "Event":
    name = channel.names.get(found["service"], found["service"])
    open_ = found["resolved_at"] is None
    told = timeline[-1]["at"] if timeline else found["opened_at"]
    scope = found["peak"].replace("_", "-")
    event = _event(channel, f"incident-{found['id']}", f"{name}: {scope} {found['severity']}")
    event.add("DTSTAMP", _second(told))
    _span(event, found["started_by"], found["ended_by"] or found["resolved_at"] or told)
    event.add("DESCRIPTION", printable("\n".join(_life(found, goes_on=open_))))
    event.add("URL", f"{channel.url}/incidents/{found['id']}")
    event.add("STATUS", "CANCELLED" if found["withdrawn"] else "CONFIRMED")
    event.add("CATEGORIES", ["incident"])
    return event


def _life(found: IncidentView, *, goes_on: bool) -> Iterable[str]:
    """In sentences; what looks cannot tell is said to be so."""
    yield found["reason"]
    yield f"It began {between(found['started_after'], found['started_by'], _STYLE)}."
    ended_by = found["ended_by"]
    if goes_on:
        yield "It goes on: the end of this event is only when it was last spoken of."
    elif found["withdrawn"]:
        yield "It was withdrawn: what it rested on counts no more."
    elif ended_by:
        yield f"It ended {between(found['ended_after'], ended_by, _STYLE)}."
    else:
        yield "Nobody saw its end: the end of this event is when it was closed."
    yield f"Regions: {', '.join(found['regions']) or 'not known'}."
    yield f"Components: {', '.join(found['components']) or 'all'}."


def _work(channel: Channel, work: Occurrence, now: Instant) -> "Event":
    key = f"maintenance-{work.source}-{work.window}-{work.since}"
    event = _event(channel, key, f"{channel.name}: {work.title}")
    # it has to say when it was written; by the day, so that it is the same in between
    event.add("DTSTAMP", datetime.combine(_second(rfc3339(now)).date(), time(), UTC))
    _span(event, rfc3339(work.since), rfc3339(work.until))
    where = ", ".join(sorted(work.regions)) or "all"
    event.add("DESCRIPTION", f"Announced maintenance ({work.source}).\nRegions: {where}.")
    event.add("STATUS", "CONFIRMED")
    event.add("CATEGORIES", ["maintenance"])
    return event


def _event(channel: Channel, key: str, summary: str) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("UID", f"{key}@{urlsplit(channel.url).hostname}")
    event.add("SUMMARY", printable(" ".join(summary.split())))
    event.add("TRANSP", "TRANSPARENT")  # it takes nobody's time
    return event


def _span(event: "Event", since: str, until: str) -> None:
    """From the second in which it began until the one behind its end; an end must lie behind."""
    begin = _second(since)
    event.add("DTSTART", begin)
    event.add("DTEND", max(begin, _second(until)) + _SECOND)


def _second(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC).replace(microsecond=0)
