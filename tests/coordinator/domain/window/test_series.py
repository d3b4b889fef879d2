from array import array
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.look import Vote, at_of
from tests.coordinator.domain.handmade import INTERVAL_MS, at, check_of, code_of, series_of
from tests.scenarios.internet import results, topology

CHECK = check_of()
DAY_MS = 86_400_000
looks = st.lists(
    st.builds(
        code_of,
        st.integers(0, 600),
        st.sampled_from(Vote),
        worker=st.integers(0, 2),
        attempt=st.integers(0, 2),
        late=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda code: code >> 8,
)


@settings(max_examples=80)
@given(looks, st.randoms(use_true_random=False))
def test_order_and_repeats_never_matter(codes: list[int], random: Random) -> None:
    plain = series_of(CHECK, "r1", codes)
    mixed = [*codes, *random.choices(codes, k=len(codes) // 2)] if codes else []
    random.shuffle(mixed)
    series = series_of(CHECK, "r1")
    taken = [series.add(code) for code in mixed]
    assert sum(taken) == len(codes), "each is new once"
    assert list(series.codes) == list(plain.codes)
    assert list(series.codes) == sorted(codes)


def test_what_came_first_under_a_name_stays() -> None:
    series = series_of(CHECK, "r1", [code_of(10), code_of(20)])
    assert not series.add(code_of(10, Vote.BAD))
    assert not series.add(code_of(20, Vote.BAD))
    assert list(series.codes) == [code_of(10), code_of(20)]


def test_looks_of_one_moment_by_several_workers_and_attempts_are_several() -> None:
    codes = [code_of(10, worker=w, attempt=a) for w in (1, 0) for a in (1, 0)]
    assert list(series_of(CHECK, "r1", codes).codes) == sorted(codes)


@settings(max_examples=40)
@given(looks, st.integers(-10, 610))
def test_since_gives_all_looks_from_a_moment_on(codes: list[int], moment: int) -> None:
    series = series_of(CHECK, "r1", codes)
    assert list(series.since(at(moment))) == [
        code for code in sorted(codes) if at_of(code) >= at(moment)
    ]


def test_trimming_forgets_what_is_older_than_the_span() -> None:
    series = series_of(CHECK, "r1", [code_of(n) for n in range(0, 200, 10)], span_ms=50_000)
    series.trim(LONGEST_AGO)
    assert [at_of(code) for code in series.codes] == [at(n) for n in range(140, 200, 10)]
    series.trim(LONGEST_AGO)
    assert len(series.codes) == 6, "nothing more is old"


def test_what_is_trimmed_is_learned_from_only_as_far_as_it_was_quiet() -> None:
    votes = [Vote.GOOD, Vote.BAD, Vote.ABSTAINS]
    codes = [code_of(10 * n, votes[n % 3]) for n in range(30)]
    trouble, quiet, lately = (series_of(CHECK, "r1", codes, span_ms=0) for _ in range(3))
    trouble.trim(LONGEST_AGO)
    assert (trouble.normal.looks, trouble.normal.bad) == (0, 0)
    quiet.trim(at(0))
    assert quiet.normal.looks == pytest.approx(20, rel=0.01), "those that abstain say nothing"
    assert quiet.normal.bad == pytest.approx(10, rel=0.01)
    lately.trim(at(150))
    assert lately.normal.looks == pytest.approx(10, rel=0.01)
    assert lately.normal.bad == pytest.approx(5, rel=0.01)


def test_looks_of_a_worker_that_was_unfit_then_teach_nothing() -> None:
    codes = [code_of(10 * n, Vote.BAD, worker=n % 2) for n in range(30)]
    series = series_of(CHECK, "r1", codes, span_ms=0)
    series.trim(at(0), {1: [(at(0), at(150))]})
    assert series.normal.bad == pytest.approx(29 - 7, rel=0.01), "the newest is not old yet"


def test_looks_that_stay_are_not_learned_from_yet() -> None:
    series = series_of(CHECK, "r1", [code_of(10 * n, Vote.BAD) for n in range(30)], span_ms=290_000)
    series.trim(at(0))
    assert (len(series.codes), series.normal.looks) == (30, 0)


def test_what_is_normal_counts_half_after_the_half_life() -> None:
    series = series_of(CHECK, "r1", rules=Rules(half_life_ms=100 * INTERVAL_MS))
    assert series.decay**100 == pytest.approx(0.5)
    for _ in range(400):
        series.normal.learn_vote(True, series.decay)
    bad, looks_before = series.normal.bad, series.normal.looks
    for _ in range(100):
        series.normal.learn_vote(False, series.decay)
    assert series.normal.bad == pytest.approx(bad / 2)
    assert series.normal.looks == pytest.approx(looks_before, rel=0.1)


def test_a_week_is_the_half_life_whatever_the_interval() -> None:
    for interval_ms in (10_000, 300_000):
        decay = series_of(check_of(interval_ms=interval_ms), "r1").decay
        assert decay ** (7 * DAY_MS / interval_ms) == pytest.approx(0.5)


def test_the_network_and_the_edge_that_answered_last_are_remembered() -> None:
    (plain, *_) = results(
        topology(regions=1, services=(("claude", 1),), references=0), at(0), at(10)
    )
    series = series_of(CHECK, "r1")
    series.answered_from(plain._replace(asn=13335, extra={"edge": "FRA"}))
    assert (series.asn, series.edge) == (13335, "FRA")
    series.answered_from(plain)
    series.answered_from(plain._replace(extra={"edge": 7}))
    assert (series.asn, series.edge) == (13335, "FRA"), "what does not say keeps what was said"


def test_a_series_goes_on_under_another_configuration() -> None:
    before = series_of(
        CHECK, "r1", [code_of(10), code_of(20, Vote.BAD), code_of(30, Vote.ABSTAINS)]
    )
    before.normal.learn_vote(True, 1.0)
    before.asn, before.edge = 13335, "FRA"
    after = series_of(check_of(interval_ms=20_000), "r1")
    after.adopt(before)
    assert list(after.codes) == list(before.codes)
    assert (after.normal, after.asn, after.edge) == (before.normal, 13335, "FRA")
    assert after.fresh_ms == 90_000
    assert after.late_ms == 25_000


def test_memory_of_a_look_is_eight_bytes() -> None:
    series = series_of(CHECK, "r1", [code_of(n) for n in range(100)])
    assert isinstance(series.codes, array)
    assert series.codes.itemsize == 8
