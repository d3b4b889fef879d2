from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.window.look import (
    ATTEMPT_MASK,
    ATTEMPT_SHIFT,
    EPOCH,
    LATE,
    NAME_SHIFT,
    REASON_MASK,
    REASONS,
    SLOW,
    WORKER_MASK,
    Vote,
    at_of,
    first_code,
    fresh_ms,
    pack,
    vote_in,
    vote_of,
    worker_of,
)
from tests.coordinator.domain.handmade import START, at
from tests.scenarios.internet import results, topology
from worker.contract.outcome import BLAME, Blame, Reason

EARLIEST, LATEST = EPOCH - (1 << 40), EPOCH + (1 << 40) - 1
moments = st.integers(EARLIEST, LATEST) | st.sampled_from(
    [EARLIEST, EPOCH - 1, EPOCH, START, LATEST]
)
attempts, workers = st.integers(0, ATTEMPT_MASK), st.integers(0, WORKER_MASK)
votes, reasons = st.sampled_from(Vote), st.sampled_from(Reason)


@given(moments, attempts, workers, votes, st.booleans(), st.booleans(), reasons)
def test_what_is_packed_is_found_again(
    moment: int, attempt: int, worker: int, vote: Vote, late: bool, slow: bool, reason: Reason
) -> None:
    code = pack(moment, attempt, worker, vote, late, slow, reason)
    assert array("q", [code])[0] == code, "eight bytes hold it"
    assert at_of(code) == moment
    assert code >> ATTEMPT_SHIFT & ATTEMPT_MASK == attempt
    assert worker_of(code) == worker
    assert vote_in(code) == vote
    assert (bool(code & LATE), bool(code & SLOW)) == (late, slow)
    assert REASONS[code & REASON_MASK] is reason


def test_every_reason_has_room() -> None:
    assert len(REASONS) <= REASON_MASK + 1


@pytest.mark.parametrize(
    ("moment", "kept"),
    [(-(1 << 62), EARLIEST), (EARLIEST - 1, EARLIEST), (LATEST + 1, LATEST), (1 << 62, LATEST)],
)
def test_an_absurd_moment_becomes_the_farthest_that_there_is(moment: int, kept: int) -> None:
    code = pack(moment, ATTEMPT_MASK, WORKER_MASK, Vote.ABSTAINS, True, True, Reason.INTERNAL)
    assert array("q", [code])[0] == code
    assert at_of(code) == kept


@given(st.lists(st.tuples(moments, attempts, workers, votes, st.booleans(), reasons), max_size=20))
def test_numbers_are_in_the_order_of_their_looks(
    looks: list[tuple[int, int, int, Vote, bool, Reason]],
) -> None:
    codes = sorted(
        pack(when, attempt, worker, vote, x, not x, why)
        for when, attempt, worker, vote, x, why in looks
    )
    found = [(at_of(code), code >> ATTEMPT_SHIFT & ATTEMPT_MASK, worker_of(code)) for code in codes]
    assert found == sorted(look[:3] for look in looks)


@given(moments, attempts, workers)
def test_what_a_look_saw_does_not_change_its_name(moment: int, attempt: int, worker: int) -> None:
    well = pack(moment, attempt, worker, Vote.GOOD, False, False, Reason.OK)
    ill = pack(moment, attempt, worker, Vote.ABSTAINS, True, True, Reason.INTERNAL)
    assert well >> NAME_SHIFT == ill >> NAME_SHIFT
    for other in (
        pack(moment, attempt ^ 1, worker, 0, False, False, Reason.OK),
        well + (1 << NAME_SHIFT),
    ):
        assert other >> NAME_SHIFT != well >> NAME_SHIFT


@given(st.integers(EARLIEST + 1, LATEST), attempts, workers)
def test_the_first_number_of_a_moment_parts_what_is_earlier_from_what_is_not(
    moment: int, attempt: int, worker: int
) -> None:
    earlier = pack(
        moment - 1, ATTEMPT_MASK, WORKER_MASK, Vote.ABSTAINS, True, True, Reason.INTERNAL
    )
    assert (
        earlier
        < first_code(moment)
        <= pack(moment, attempt, worker, Vote.GOOD, False, False, Reason.OK)
    )


def test_only_failures_of_the_target_and_of_the_path_count_against_it() -> None:
    net = topology(regions=1, services=(("claude", 1),), references=0)
    good = results(net, at(0), at(10))[0]
    assert vote_of(good) is Vote.GOOD
    found = {
        blame: vote_of(good._replace(ok=False, reason=Reason.STATUS, blame=blame))
        for blame in Blame
    }
    assert {blame for blame, vote in found.items() if vote is Vote.BAD} == {
        Blame.TARGET,
        Blame.PATH,
    }
    assert {blame for blame, vote in found.items() if vote is Vote.GOOD} == set()


def test_our_own_faults_abstain() -> None:
    net = topology(regions=1, services=(("claude", 1),), references=0)
    good = results(net, at(0), at(10))[0]
    failed = {
        reason: good._replace(ok=False, reason=reason, blame=BLAME[reason]) for reason in Reason
    }
    abstaining = {reason for reason, result in failed.items() if vote_of(result) is Vote.ABSTAINS}
    assert abstaining == {
        Reason.OK,
        Reason.DNS,
        Reason.RATE_LIMITED,
        Reason.UNAUTHORIZED,
        Reason.BLOCKED,
        Reason.LATE,
        Reason.INTERNAL,
    }


@pytest.mark.parametrize(
    ("interval_ms", "silent_ms", "fresh"),
    [(30_000, 90_000, 90_000), (2_000, 90_000, 90_000), (60_000, 90_000, 180_000)],
)
def test_a_look_speaks_for_three_intervals_and_at_least_for_the_time_of_silence(
    interval_ms: int, silent_ms: int, fresh: int
) -> None:
    assert fresh_ms(interval_ms, silent_ms) == fresh
