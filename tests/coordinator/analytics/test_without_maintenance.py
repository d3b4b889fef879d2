"""A span without maintenance: nothing in a window counts, everything else once."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.analytics.without_maintenance import left_out_ms, parts_of
from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.rollups.cover import Kept
from coordinator.domain.rollups.level import LENGTH_MS, Level

MINUTE, HOUR, DAY = (LENGTH_MS[level] for level in ("minute", "hour", "day"))
START = 20_000 * DAY
ALL: Kept = Kept({"minute": START, "hour": START, "day": START}, {})
LEVELS: tuple[Level, ...] = ("minute", "hour", "day")


def window(since: int, minutes: int, *targets: str) -> Occurrence:
    end = START + since + minutes * MINUTE
    return Occurrence("w", "W", "operator", START + since, end, frozenset(targets))


windows = st.lists(
    st.builds(window, st.integers(0, 3 * DAY), st.integers(1, 900), st.just("claude")), max_size=6
)


def minutes(level: Level, found: list[Occurrence], since: int, until: int) -> list[int]:
    parts = parts_of(level, since, until, ALL, found, {}, "claude")
    return [at for part in parts for at in range(part.piece.since, part.piece.until, MINUTE)]


@given(windows, st.sampled_from(LEVELS), st.integers(0, 3000), st.integers(1, 3000))
def test_each_minute_counts_once_or_lies_in_a_window(
    found: list[Occurrence], level: Level, first: int, number: int
) -> None:
    since = START + first * MINUTE
    until = since + number * MINUTE
    left = minutes(level, found, since, until)
    assert len(left) == len(set(left))
    in_windows = {
        at
        for at in range(since, until, MINUTE)
        if any(one.since < at + MINUTE and one.until > at for one in found)
    }
    assert set(left) == set(range(since, until, MINUTE)) - in_windows
    assert left_out_ms(found, "claude", {}, since, until) == len(in_windows) * MINUTE


def test_a_window_of_a_component_leaves_out_its_rows_only() -> None:
    found = [window(HOUR, 60, "claude/api")]
    parts = parts_of("day", START, START + DAY, ALL, found, {}, "claude")
    (within,) = [part for part in parts if part.partly]
    assert within.piece == ("minute", START + HOUR, START + 2 * HOUR)
    rows = [
        {"service": "claude", "component": name, "check": name, "region": "eu"}
        for name in ("api", "web")
    ]
    assert [row["component"] for row in within.counting(rows)] == ["web"]
    asked = parts_of("day", START, START + DAY, ALL, found, {"component": "api"}, "claude")
    assert all(not part.partly for part in asked)
    assert sum(part.piece.until - part.piece.since for part in asked) == 23 * HOUR


def test_where_minutes_are_forgotten_only_whole_hours_are_left_out() -> None:
    kept = Kept({"minute": START + DAY, "hour": START, "day": START}, {})
    found = [window(90 * MINUTE, 90, "claude")]
    parts = parts_of("hour", START, START + DAY, kept, found, {}, "claude")
    left = {at for part in parts for at in range(part.piece.since, part.piece.until, HOUR)}
    assert left == set(range(START, START + DAY, HOUR)) - {START + 2 * HOUR}
