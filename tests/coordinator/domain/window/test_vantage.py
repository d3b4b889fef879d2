from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.window.vantage import SPANS_KEPT
from tests.coordinator.domain.handmade import at, check_of, series_of, vantage_of

API, WEB = (series_of(check_of(name), "r1") for name in ("claude-c1", "claude-c2"))


def test_a_failed_look_is_remembered_until_a_later_good_one() -> None:
    worker = vantage_of()
    worker.hear(API, at(10), ok=False, made=True)
    worker.hear(API, at(8), ok=True, made=True)
    assert worker.failing == {API: at(10)}, "an earlier good look says nothing of a later failure"
    worker.hear(API, at(12), ok=True, made=True)
    assert worker.failing == {}


def test_the_newest_failure_of_each_check_is_remembered() -> None:
    worker = vantage_of()
    for moment in (20, 10, 15):
        worker.hear(API, at(moment), ok=False, made=True)
    worker.hear(WEB, at(12), ok=False, made=True)
    assert worker.failing == {API: at(20), WEB: at(12)}


def test_a_look_that_was_not_made_shows_only_that_the_worker_is_there() -> None:
    worker = vantage_of(heard=0)
    worker.hear(API, at(10), ok=False, made=False)
    assert (worker.heard_at, worker.answered_at, worker.failing) == (at(10), LONGEST_AGO, {})
    assert worker.silent_at() == at(10) + worker.fresh_ms


def test_a_slow_answer_shows_that_it_is_alive_and_speaks_against_it_all_the_same() -> None:
    worker = vantage_of()
    worker.hear(API, at(10), ok=True, made=True, slow=True)
    assert (worker.answered_at, worker.failing) == (at(10), {API: at(10)})
    worker.hear(API, at(12), ok=True, made=True)
    assert worker.failing == {}


def test_late_results_never_set_what_is_known_back() -> None:
    worker = vantage_of(heard=30)
    worker.hear(API, at(20), ok=True, made=True)
    worker.hear(API, at(10), ok=True, made=True)
    assert (worker.heard_at, worker.answered_at) == (at(30), at(20))


def test_a_failed_look_counts_only_when_something_answered_since() -> None:
    worker = vantage_of()
    assert not worker.vouches_for(at(10)), "nothing has answered it yet: it may be dead"
    worker.hear(WEB, at(12), ok=True, made=True)
    assert worker.vouches_for(at(10))
    assert worker.vouches_for(at(12))
    assert not worker.vouches_for(at(13))


def test_in_doubt_its_failed_looks_wait() -> None:
    worker = vantage_of(answered=30)
    worker.doubted_since = at(20)
    assert [worker.vouches_for(at(moment)) for moment in (19, 20, 25)] == [True, False, False]


def test_looks_from_the_beginning_of_an_unfit_span_to_its_end_are_excluded() -> None:
    worker = vantage_of()
    worker.become_unfit(at(10))
    assert [worker.excludes(at(moment)) for moment in (9, 10, 1000)] == [False, True, True]
    worker.recover(at(30))
    assert [worker.excludes(at(moment)) for moment in (9, 10, 29, 30, 1000)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert worker.unfit_since is None


def test_a_healthy_worker_has_nothing_to_recover_from() -> None:
    worker = vantage_of()
    worker.recover(at(10))
    assert worker.spans(at(20)) == []


def test_recovery_before_the_unfit_span_began_excludes_nothing() -> None:
    worker = vantage_of()
    worker.become_unfit(at(30))
    worker.recover(at(20))
    assert not any(worker.excludes(at(moment)) for moment in range(60))


def test_few_former_unfit_spans_are_remembered_the_newest_ones() -> None:
    worker = vantage_of()
    for n in range(30):
        worker.become_unfit(at(10 * n))
        worker.recover(at(10 * n + 5))
    assert len(worker.unfit_spans) == SPANS_KEPT + 1
    assert worker.unfit_spans[-1] == (at(290), at(295))
    assert not worker.excludes(at(2)), "long ago"


@settings(max_examples=50)
@given(st.lists(st.integers(0, 200), max_size=9), st.integers(-5, 205))
def test_spans_and_single_looks_agree_on_what_is_excluded(turns: list[int], moment: int) -> None:
    worker = vantage_of()
    for place, turn in enumerate(sorted(turns)):
        (worker.recover if place % 2 else worker.become_unfit)(at(turn))
    spans = worker.spans(at(1_000))
    assert worker.excludes(at(moment)) == any(start <= at(moment) < end for start, end in spans)
