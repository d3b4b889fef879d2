"""Calendars as other programs write them."""

from datetime import UTC, datetime

import pytest

from coordinator.circumstances.ical import MOST_EVENTS, CalendarError, windows_in
from coordinator.configuration.circumstances.windows import Source, entry_of, window_of
from coordinator.domain.maintenance.expansion import occurrences

SOURCE = Source("cal", 60_000, feed="https://x.example.com/a.ics", targets=frozenset({"claude"}))
WEEKLY = """UID:1@example.com
DTSTART;TZID=Europe/Berlin:20261004T020000
DURATION:PT2H
RRULE:FREQ=WEEKLY;BYDAY=SU
EXDATE;TZID=Europe/Berlin:20261018T020000
SUMMARY:Weekly
 deployment"""


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def times(*events: str, until: str = "2026-11-03") -> list[str]:
    windows, _ = windows_in(calendar(*events), SOURCE)
    found = [one for w in windows for one in occurrences(w, at("2026-10-01"), at(until))]
    found.sort(key=lambda one: one.since)
    begins = [datetime.fromtimestamp(one.since / 1000, UTC) for one in found]
    lasts = [(one.until - one.since) // 60_000 for one in found]
    return [f"{begin:%m-%dT%H:%M}/{last}" for begin, last in zip(begins, lasts, strict=True)]


def test_an_event_is_a_window_by_the_clocks_of_its_zone_without_its_exceptions() -> None:
    (found,), troubles = windows_in(calendar(WEEKLY), SOURCE)
    assert (found.title, found.zone, found.source, troubles) == (
        "Weeklydeployment",
        "Europe/Berlin",
        "feed:cal",
        [],
    )
    assert found.targets == {"claude"}
    assert times(WEEKLY) == [
        "10-04T00:00/120",
        "10-11T00:00/120",
        "10-25T00:00/120",
        "11-01T01:00/120",
    ]
    assert window_of(entry_of(found), "feed:cal") == found


def test_an_event_for_one_time_of_another_takes_its_place() -> None:
    moved = """UID:1@example.com
RECURRENCE-ID;TZID=Europe/Berlin:20261011T020000
DTSTART;TZID=Europe/Berlin:20261012T030000
DURATION:PT1H
SUMMARY:Moved"""
    assert times(WEEKLY, moved, until="2026-10-20") == ["10-04T00:00/120", "10-12T01:00/60"]
    cancelled = f"{moved}\nSTATUS:CANCELLED"
    assert times(WEEKLY, cancelled, until="2026-10-20") == ["10-04T00:00/120"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_last_edition_counts_in_whichever_order_they_come(newest_first: bool) -> None:
    event = "UID:1\nDTSTART:20261010T{}0000Z\nDURATION:PT1H\nSEQUENCE:{}"
    editions = [event.format(hour, number) for hour, number in ((14, 12), (10, 2), (11, "x"))]
    body = calendar(*(editions if newest_first else reversed(editions)))
    (window,), troubles = windows_in(body, SOURCE)
    assert (window.begins.hour, troubles) == (14, [])


def test_events_without_a_uid_do_not_take_each_others_place() -> None:
    event = "DTSTART:20261010T{}0000Z\nDURATION:PT1H\nSUMMARY:Work"
    windows, _ = windows_in(calendar(*map(event.format, (10, 14))), SOURCE)
    assert sorted(window.begins.hour for window in windows) == [10, 14]
    assert len({window.id for window in windows}) == 2


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("UID:2\nDTSTART;VALUE=DATE:20261010\nSUMMARY:Day", ["10-10T00:00/1440"]),
        ("UID:3\nDTSTART:20261010T100000Z\nDTEND:20261010T113000Z", ["10-10T10:00/90"]),
        ("UID:4\nDTSTART:20261010T100000\nDTEND:20261010T110000", ["10-10T10:00/60"]),
        ("UID:5\nDTSTART:20261010T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED", []),
    ],
)
def test_days_moments_floating_times_and_what_is_cancelled(event: str, told: list[str]) -> None:
    assert times(event) == told


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("UID:6\nSUMMARY:No time", "is not understood"),
        ("UID:7\nDTSTART:20261010T100000Z\nSUMMARY:No end", "ends before it begins"),
        ("UID:8\nDTSTART:20261010T100000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", "needs FREQ"),
        ("UID:9\nDTSTART:20261010T100000Z\nDURATION:P40D", "longer than 31 days"),
        ("UID:10\nDTSTART:30261010T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY", "3026 is not"),
    ],
)
def test_what_cannot_be_a_window_is_left_out_and_said(event: str, why: str) -> None:
    windows, troubles = windows_in(calendar(WEEKLY, event), SOURCE)
    assert len(windows) == 1
    assert len(troubles) == 1
    assert why in troubles[0]


def test_what_is_no_calendar_is_refused_and_too_many_events_are_bounded() -> None:
    for body in (b"<html>", b"", b"\xff\xfe", b"BEGIN:VCALENDAR"):
        with pytest.raises(CalendarError):
            windows_in(body, SOURCE)
    event = "DTSTART:20261010T100000Z\nDURATION:PT1H"
    many = calendar(*(f"UID:{number}\n{event}" for number in range(MOST_EVENTS + 5)))
    windows, troubles = windows_in(many, SOURCE)
    assert len(windows) == MOST_EVENTS
    assert "more than 1000 events" in troubles[0]
