"""Who says 429 is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.outcome import Blame, Outcome, Reason, failure, success
from worker.contract.target import Target
from worker.targets.backoff import FIRST_S, LONGEST_S, UNNAMED_MOST_S, Backoff

HOST = "api.example"


def limited(retry_after_s: object = None) -> Outcome:
    extra = {} if retry_after_s is None else {"retry_after_s": retry_after_s}
    return failure(Reason.RATE_LIMITED, "429", extra=extra)


def test_nobody_is_left_alone_who_did_not_ask_for_it() -> None:
    backoff = Backoff()
    backoff.heard(HOST, success(), 0)
    assert backoff.obstacle(HOST, 1) is None


def test_a_target_is_left_alone_as_long_as_it_asked_and_no_other_is() -> None:
    backoff = Backoff()
    backoff.heard(HOST, limited(120), 1000)
    outcome = backoff.obstacle(HOST, 1100)
    assert outcome is not None
    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.RATE_LIMITED, Blame.PROBER)
    assert "20 s more" in outcome.detail
    assert outcome.extra == {"asked": False, "retry_after_s": 20.0}
    assert backoff.obstacle("other.example", 1100) is None
    assert backoff.obstacle(HOST, 1120) is None


def test_without_a_named_moment_each_further_429_doubles_the_wait() -> None:
    backoff, now_s, waits = Backoff(), 0.0, []
    for _ in range(8):
        backoff.heard(HOST, limited(), now_s)
        left = backoff.obstacle(HOST, now_s)
        assert left is not None
        waits.append(left.extra["retry_after_s"])
        now_s += waits[-1]
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]


def test_looks_that_were_under_way_together_count_once() -> None:
    backoff = Backoff()
    for moment in range(5):
        backoff.heard(HOST, limited(), moment)
    assert backoff.obstacle(HOST, 4 + FIRST_S) is None


def test_a_good_answer_to_a_look_that_was_under_way_changes_nothing() -> None:
    backoff = Backoff()
    backoff.heard(HOST, limited(100), 0)
    backoff.heard(HOST, success(), 1)
    assert backoff.obstacle(HOST, 2) is not None


def test_a_good_answer_afterwards_forgets_all() -> None:
    backoff = Backoff()
    backoff.heard(HOST, limited(), 0)
    backoff.heard(HOST, limited(), FIRST_S)
    backoff.heard(HOST, success(), 1000)
    backoff.heard(HOST, limited(), 2000)
    assert backoff.obstacle(HOST, 2000 + FIRST_S) is None


@pytest.mark.parametrize("nonsense", [-1, float("nan"), float("inf"), True, "soon", [5]])
def test_a_moment_that_means_nothing_was_not_named(nonsense: object) -> None:
    backoff = Backoff()
    backoff.heard(HOST, limited(nonsense), 0)
    assert backoff.obstacle(HOST, FIRST_S - 1) is not None
    assert backoff.obstacle(HOST, FIRST_S) is None


@given(st.lists(st.tuples(st.none() | st.floats(), st.floats(0, 1e4)), min_size=1))
def test_nobody_is_left_alone_for_ever(answers: list[tuple[float | None, float]]) -> None:
    backoff, now_s = Backoff(), 0.0
    for named_s, passed_s in answers:
        now_s += passed_s
        backoff.heard(HOST, limited(named_s), now_s)
    assert backoff.obstacle(HOST, now_s + max(LONGEST_S, UNNAMED_MOST_S)) is None


def test_those_who_are_asked_by_web_requests_are_left_alone_and_no_others() -> None:
    backoff = Backoff()
    web, door = Target("https", HOST, 443), Target("tcp", HOST, 25)
    backoff.heard_from([door, Target("dns", None)], limited(100), 0)
    assert backoff.obstacle_to([web], 1) is None
    backoff.heard_from([web], limited(100), 0)
    assert backoff.obstacle_to([door], 1) is None
    assert backoff.obstacle_to([Target("https", "other.example"), web], 1) is not None


def test_what_can_change_nothing_need_not_be_told() -> None:
    backoff = Backoff()
    assert not backoff.learns_of(success())
    assert backoff.learns_of(limited(120))
    backoff.heard(HOST, limited(120), 1000)
    assert backoff.learns_of(success())
    backoff.heard(HOST, success(), 1121)
    assert not backoff.learns_of(success())
