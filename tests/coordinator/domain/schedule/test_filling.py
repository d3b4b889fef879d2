"""What is left of a gap when results of some of its slots arrived after all."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.schedule.filling import without
from coordinator.domain.schedule.ledger import Gap, GapReason

SLOTS = st.integers(0, 40)


def gap(first: int, last: int, step_ms: int = 10_000) -> Gap:
    at = (first * step_ms + 7, last * step_ms + 7)
    return Gap("api", "claude", "eu-west", first, last, *at, GapReason.NO_RESULT)


def test_a_result_in_the_middle_splits_a_gap() -> None:
    assert without(gap(1, 9), [5]) == [gap(1, 4), gap(6, 9)]


@given(SLOTS, SLOTS, st.sets(SLOTS), st.integers(1_000, 90_000))
def test_what_is_left_is_exactly_what_did_not_arrive_in_whole_runs_with_true_moments(
    one: int, other: int, arrived: set[int], step_ms: int
) -> None:
    first, last = sorted((one, other))
    left = without(gap(first, last, step_ms), arrived)
    slots = [slot for part in left for slot in range(part.first_slot, part.last_slot + 1)]
    assert slots == [slot for slot in range(first, last + 1) if slot not in arrived]
    assert all(part == gap(part.first_slot, part.last_slot, step_ms) for part in left)
    runs = pairwise(left)
    assert all(before.last_slot + 1 < after.first_slot for before, after in runs)


@given(SLOTS, SLOTS, st.sets(SLOTS), st.sets(SLOTS))
def test_the_order_of_arrival_and_repeats_make_no_difference(
    one: int, other: int, some: set[int], more: set[int]
) -> None:
    whole = gap(min(one, other), max(one, other))
    in_turn = [part for half in without(whole, some) for part in without(half, more)]
    assert in_turn == without(whole, some | more)
    assert [part for half in in_turn for part in without(half, some)] == in_turn
