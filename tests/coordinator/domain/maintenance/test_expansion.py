"""When windows come: by the clocks of their zone, over changes of them, and bounded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.maintenance.expansion import (
    MOST,
    exists,
    instant_of,
    occurrences,
    overlaps,
    why_not,
)
from coordinator.domain.maintenance.rule import RuleError, checked, local_times
from coordinator.domain.maintenance.window import DAY_MS, LONGEST_MS, Window

HOUR = 3_600_000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=SU",
    "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=DAILY;COUNT=40",
    "FREQ=WEEKLY;UNTIL=20270301T000000Z",
    "",
)


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


def window(begins: str, lasts_ms: int = HOUR, zone: str = "UTC", repeat: str = "") -> Window:
    time = datetime.fromisoformat(begins)
    rule = checked(repeat, time, zone) if repeat else ""
    return Window("w", "W", time, lasts_ms, zone, rule)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def begins(found: Window, since: str, until: str) -> list[str]:
    moments = [one.since for one in occurrences(found, at(since), at(until))]
    return [f"{datetime.fromtimestamp(one / 1000, UTC):%m-%dT%H:%M}" for one in moments]


def test_a_weekly_window_keeps_its_place_by_the_clocks_over_the_change_to_winter() -> None:
    weekly = window("2026-10-04T02:00", zone="Europe/Berlin", repeat="FREQ=WEEKLY;BYDAY=SU")
    # the clocks go back on 25 October at 03:00: 02:00 comes twice, and the first time is meant
    assert begins(weekly, "2026-10-17", "2026-11-03") == [
        "10-18T00:00",
        "10-25T00:00",
        "11-01T01:00",
    ]


def test_a_time_of_a_rule_that_the_clocks_skip_is_left_out() -> None:
    daily = window("2026-03-01T02:30", zone="Europe/Berlin", repeat="FREQ=DAILY")
    assert begins(daily, "2026-03-28", "2026-03-31") == ["03-28T01:30", "03-30T00:30"]
    assert not exists(clock("2026-03-29T02:30"), "Europe/Berlin")


def test_a_window_lasts_as_long_as_it_says_over_a_change_of_the_clocks() -> None:
    (one,) = occurrences(
        window("2026-03-29T01:00", 4 * HOUR, "Europe/Berlin"), at("2026-03-28"), at("2026-03-30")
    )
    assert one.until - one.since == 4 * HOUR
    local = datetime.fromtimestamp(one.until / 1000, ZoneInfo("Europe/Berlin"))
    assert (local.hour, local.minute) == (6, 0)


def test_an_end_in_universal_time_is_one_by_the_clocks_of_the_zone() -> None:
    rule = "FREQ=DAILY;UNTIL=20261203T010000Z"
    daily = window("2026-12-01T02:00", zone="Europe/Berlin", repeat=rule)
    assert begins(daily, "2026-11-01", "2027-01-01") == [
        "12-01T01:00",
        "12-02T01:00",
        "12-03T01:00",
    ]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=HOURLY", "needs FREQ"),
        ("FREQ=DAILY;BYHOUR=3", "'BYHOUR=3'"),
        ("FREQ=DAILY;FREQ=WEEKLY", "'FREQ=WEEKLY'"),
        ("FREQ=WEEKLY;BYDAY=XX", "no rule of RFC 5545"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be"),
        ("FREQ=DAILY;UNTIL=tomorrow", "is no time"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes true"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes true"),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "never comes true"),
        ("FREQ=DAILY;UNTIL=20200101", "never comes true"),
        ("X" * 301, "at most 300 letters"),
        ("", "needs FREQ"),
    ],
)
def test_a_rule_that_is_none_or_never_comes_true_is_refused_in_a_sentence(
    rule: str, why: str
) -> None:
    with pytest.raises(RuleError, match=why):
        checked(rule, clock("2026-01-01T00:00"), "UTC")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (window("2026-12-06T02:00", 0), "ends before it begins"),
        (window("2026-12-06T02:00", LONGEST_MS + 1), "longer than 31 days"),
        (window("2026-12-06T02:00", 30 * HOUR, repeat="FREQ=DAILY"), "has begun again"),
        (
            window("2026-03-29T02:30", zone="Europe/Berlin"),
            "which the clocks of Europe/Berlin skip",
        ),
    ],
)
def test_an_impossible_window_gets_one_sentence(found: Window, why: str) -> None:
    assert why in (why_not(found) or "")


def test_windows_that_overlap_are_told_when_they_have_a_target_in_common() -> None:
    def times(name: str, begins: str, *targets: str) -> list[object]:
        made = Window(name, name, datetime.fromisoformat(begins), HOUR, targets=frozenset(targets))
        return list(occurrences(made, at("2026-12-01"), at("2026-12-31")))

    new = times("new", "2026-12-06T02:00", "claude/api")
    part, other = times("a", "2026-12-06T02:30", "claude"), times("b", "2026-12-06T02:30", "shop")
    later, all_of_it = times("c", "2026-12-06T03:00", "claude"), times("d", "2026-12-06T01:30")
    known = [*part, *other, *later, *all_of_it, *new]
    assert [one.window for one in overlaps(new, known)] == ["a", "d"]  # type: ignore[arg-type]


windows = st.builds(
    lambda day, minutes, *rest: window(
        (clock("2026-01-01T00:00") + timedelta(days=day, minutes=minutes)).isoformat(), *rest
    ),
    st.integers(0, 300),
    st.integers(0, 1439),
    st.integers(1, 20 * HOUR),
    st.sampled_from(ZONES),
    st.sampled_from(RULES),
)
moments = st.integers(at("2025-06-01"), at("2027-12-31"))


@settings(max_examples=60)
@given(windows, moments, st.integers(1, 200 * DAY_MS), st.floats(0, 1))
def test_a_span_is_what_its_halves_are(found: Window, since: int, span: int, share: float) -> None:
    middle, until = since + int(span * share), since + span
    whole = occurrences(found, since, until)
    halves = [*occurrences(found, since, middle), *occurrences(found, middle, until)]
    assert list(dict.fromkeys(halves)) == whole
    assert all(one.until - one.since == found.lasts_ms for one in whole)
    assert all(one.since < until and one.until > since for one in whole)
    assert [one.since for one in whole] == sorted({one.since for one in whole})


@settings(max_examples=60)
@given(windows, moments)
def test_each_time_begins_by_the_clocks_as_the_rule_says(found: Window, since: int) -> None:
    for one in occurrences(found, since, since + 100 * DAY_MS):
        local = datetime.fromtimestamp(one.since / 1000, UTC).astimezone(ZoneInfo(found.zone))
        if found.repeat or exists(found.begins, found.zone):
            assert local.time().replace(fold=0) == found.begins.time()
        assert instant_of(local.replace(tzinfo=None, fold=0), found.zone) <= one.since


@given(st.sampled_from([rule for rule in RULES if rule]), st.integers(1, 50))
def test_however_long_a_rule_goes_on_only_so_many_times_are_told(rule: str, most: int) -> None:
    found = occurrences(window("2026-01-01T00:00", repeat=rule), 0, 1 << 50, most)
    assert len(found) <= most
    assert len(occurrences(window("2026-01-01T00:00", repeat=rule), 0, 1 << 43)) <= MOST


def test_a_century_on_a_rule_is_as_it_was() -> None:
    rule, begins = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", clock("2096-01-01T00:00")
    found = local_times(rule, begins, "UTC", clock("2097-01-01T00:00"))
    assert next(found) == clock("2104-02-29T00:00")  # 2100 has none
