"""Which looks count in a grid, in which bucket, and with what weight."""

from collections.abc import Mapping, Sequence

import pytest

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.window.grid import CountGrid, fill
from coordinator.domain.window.look import Vote
from coordinator.domain.window.vantage import Vantage
from tests.coordinator.domain.handmade import (
    RULES,
    at,
    check_of,
    code_of,
    series_of,
    some_axes,
    vantage_of,
)
from worker.contract.outcome import Reason

ONE = some_axes(1, 1)
"""Two minutes of ten seconds."""
NOW = at(119)
WELL = {"r1": [vantage_of(heard=119, answered=119)]}


def grid(
    codes: Sequence[int],
    fleet: Mapping[str, Sequence[Vantage]] = WELL,
    *,
    late_alarms: bool = True,
    now: int = NOW,
) -> CountGrid:
    """The grid of one cell."""
    return fill(
        ONE, [series_of(check_of(), "r1", codes)], [0], fleet, now, RULES, late_alarms=late_alarms
    )


def test_looks_are_counted_in_the_bucket_of_their_time() -> None:
    found = grid([code_of(0), code_of(9.999), code_of(10), code_of(119, Vote.BAD)])
    assert found.begin == at(0)
    good = found.good.reshape(-1)
    assert good.tolist() == pytest.approx([2 / 1.1, 1, *[0] * 10])
    assert found.bad.reshape(-1).tolist() == [0] * 11 + [1]
    assert found.newest.tolist() == [[at(119)]]


def test_looks_before_the_window_are_left_out() -> None:
    later = grid([code_of(0), code_of(9), code_of(10)], now=at(120))
    assert later.good.sum() == 1
    assert later.looks.at.tolist() == [at(10)]


def test_looks_that_abstain_are_left_out() -> None:
    found = grid([code_of(5, Vote.ABSTAINS, reason=Reason.UNAUTHORIZED)])
    assert (len(found.looks.at), found.newest.tolist(), found.waiting) == (
        0,
        [[LONGEST_AGO]],
        False,
    )


@pytest.mark.parametrize("together", [1, 2, 4])
def test_looks_of_one_slot_count_as_fewer_because_they_share_their_fate(together: int) -> None:
    found = grid([code_of(30 + n) for n in range(together)])
    assert found.good.sum() == pytest.approx(together / (1 + 0.1 * (together - 1)))


def test_looks_of_two_slots_or_of_two_checks_share_nothing() -> None:
    one, other = check_of(), check_of("claude-c2")
    all_series = [
        series_of(one, "r1", [code_of(9), code_of(10)]),
        series_of(other, "r1", [code_of(9)]),
    ]
    found = fill(ONE, all_series, [0, 0], WELL, NOW, RULES, late_alarms=True)
    assert found.good.reshape(-1)[:2].tolist() == [2, 1]


def test_a_slow_look_is_a_good_one_that_is_noted_as_slow() -> None:
    found = grid([code_of(5, slow=True), code_of(15, Vote.BAD, slow=True), code_of(25)])
    assert [found.good.sum(), found.bad.sum(), found.slow.sum()] == [2, 1, 1]


def test_late_looks_count_only_where_they_correct_what_is_known() -> None:
    codes = [code_of(5, Vote.BAD, late=True), code_of(15, late=True), code_of(25, Vote.BAD)]
    quiet, open_incident = grid(codes, late_alarms=False), grid(codes, late_alarms=True)
    assert [quiet.good.sum(), quiet.bad.sum()] == [0, 1]
    assert [open_incident.good.sum(), open_incident.bad.sum()] == [1, 2]
    assert open_incident.looks.late.tolist() == [True, True, False]


def test_what_an_unfit_worker_saw_is_excluded_for_good_or_ill() -> None:
    worker = vantage_of(heard=119, answered=119)
    worker.become_unfit(at(20))
    worker.recover(at(40))
    worker.become_unfit(at(80))
    codes = [
        code_of(t, vote) for t in (15, 20, 39, 40, 75, 80, 110) for vote in (Vote.GOOD, Vote.BAD)
    ]
    ill = [code | 1 << 8 for code in codes]  # the same by another worker, who is well
    fleet = {"r1": [worker, vantage_of(number=1, heard=119, answered=119)]}
    counted = grid(codes, fleet).looks.at.tolist()
    assert counted == [at(t) for t in (15, 40, 75)]
    assert len(grid(ill, fleet).looks.at) == 7


def test_a_failure_waits_until_something_answered_its_worker() -> None:
    codes = [code_of(50, Vote.BAD), code_of(60, Vote.BAD), code_of(61)]
    found = grid(codes, {"r1": [vantage_of(heard=61, answered=55)]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 1, True)
    assert not grid(codes, {"r1": [vantage_of(heard=61, answered=60)]}).waiting


def test_a_failure_of_a_worker_in_doubt_waits_but_its_good_looks_count() -> None:
    worker = vantage_of(heard=119, answered=119)
    worker.doubted_since = at(50)
    found = grid([code_of(49, Vote.BAD), code_of(50, Vote.BAD), code_of(60)], {"r1": [worker]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 1, True)


def test_looks_of_a_worker_that_is_forgotten_do_not_count() -> None:
    codes = [code_of(50, Vote.BAD), code_of(50, Vote.BAD, worker=1), code_of(60, worker=2)]
    found = grid(codes, {"r1": [vantage_of(number=1, heard=119, answered=119)]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 0, False)
    assert grid(codes, {}).bad.sum() == 0


def test_extra_looks_count_the_rounds_of_their_bucket_and_region() -> None:
    found = grid(
        [
            code_of(5),
            code_of(6, attempt=2),
            code_of(7, attempt=1),
            code_of(15),
            code_of(21, attempt=3),
            code_of(26, attempt=9),
        ]
    )
    assert found.rounds.reshape(-1)[:4].tolist() == [1, 0, 2, 0], (
        "those of one moment are one round"
    )


def test_how_full_a_bucket_is_is_told_by_the_fullest() -> None:
    both = {"r1": [*WELL["r1"], vantage_of(number=1, heard=119, answered=119)]}
    full = grid([code_of(5), code_of(15), code_of(25), code_of(15.1, Vote.BAD, worker=1)], both)
    assert full.filled.tolist()[:4] == pytest.approx([0.55, 1, 0.55, 0])


def test_a_grid_of_nothing_is_empty() -> None:
    found = grid([])
    assert (found.good.sum(), found.bad.sum(), found.waiting) == (0, 0, False)
    assert found.filled.tolist() == [0] * ONE.buckets
