"""Pieces of a span: together the span, each up to date, as few as there can be."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.rollups.cover import Kept, Piece, cover
from coordinator.domain.rollups.level import BELOW, LENGTH_MS, Level, floor

MINUTE, HOUR, DAY = LENGTH_MS.values()
MOMENTS = st.integers(0, 4 * DAY)
ALL = Kept({"minute": 0, "hour": 0, "day": 0}, {})
BUCKETS = st.sets(st.integers(0, 95).map(lambda hour: hour * HOUR), max_size=6)


@given(MOMENTS, st.integers(1, 3 * DAY), st.sampled_from(list(LENGTH_MS)), BUCKETS)
def test_pieces_are_the_span_in_whole_minutes_and_up_to_date(
    since: int, length: int, longest: Level, due: set[int]
) -> None:
    until = since + length
    kept = ALL._replace(due={"hour": due, "day": {floor(at, "day") for at in due}})
    pieces = cover(longest, since, until, kept)
    assert pieces[0].since == floor(since, "minute")
    assert 0 <= pieces[-1].until - until < MINUTE
    assert all(before.until == after.since for before, after in pairwise(pieces))
    for level, begin, end in pieces:
        assert LENGTH_MS[level] <= LENGTH_MS[longest]
        assert begin % LENGTH_MS[level] == end % LENGTH_MS[level] == 0
        assert not set(range(begin, end, LENGTH_MS[level])) & set(kept.due.get(level, ()))


@given(MOMENTS, st.integers(1, 3 * DAY), MOMENTS, MOMENTS)
def test_no_bucket_is_asked_for_that_is_forgotten_while_a_longer_one_is_kept(
    since: int, length: int, minutes_from: int, hours_from: int
) -> None:
    first = {
        "minute": floor(max(minutes_from, hours_from), "minute"),
        "hour": floor(hours_from, "hour"),
        "day": 0,
    }
    for level, begin, _ in cover("day", since, since + length, Kept(first, {})):  # type: ignore[arg-type]
        above = next((above for above, below in BELOW.items() if below == level), None)
        assert above is None or begin >= first[level] or floor(first[level], above) <= first[above]


def test_a_span_is_taken_in_the_longest_buckets_that_lie_in_it() -> None:
    assert cover("day", DAY - HOUR - 1, 2 * DAY + MINUTE + 1, ALL) == [
        Piece("minute", DAY - HOUR - MINUTE, DAY - HOUR),
        Piece("hour", DAY - HOUR, DAY),
        Piece("day", DAY, 2 * DAY),
        Piece("minute", 2 * DAY, 2 * DAY + 2 * MINUTE),
    ]


def test_in_the_first_hours_of_an_installation_minutes_are_all_there_is() -> None:
    first = {"minute": 14 * HOUR + 37 * MINUTE, "hour": 14 * HOUR, "day": 0}
    assert cover("day", 14 * HOUR + 40 * MINUTE, 14 * HOUR + 50 * MINUTE, Kept(first, {})) == [
        Piece("minute", 14 * HOUR + 40 * MINUTE, 14 * HOUR + 50 * MINUTE)
    ]


def test_where_only_days_are_kept_a_span_reaches_to_whole_days() -> None:
    only = Kept({"day": 0}, {"day": {0}})
    assert cover("day", HOUR, 2 * HOUR, only) == [Piece("day", 0, DAY)]
