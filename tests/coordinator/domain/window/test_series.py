from array import array
from math import exp, inf, log, nan
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.look import Vote, at_of
from coordinator.domain.window.series import LEAST_DEVIATION, Baseline
from tests.coordinator.domain.handmade import INTERVAL_MS, RULES, at, check_of, code_of, series_of
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


def test_the_normal_share_begins_at_the_prior_and_stays_in_its_bounds() -> None:
    normal = Baseline()
    assert normal.share(RULES) == pytest.approx(1 / 250)
    for _ in range(5_000):
        normal.learn_vote(False, 1.0)
    assert normal.share(RULES) == RULES.normal_share_min
    for _ in range(5_000):
        normal.learn_vote(True, 1.0)
    assert normal.share(RULES) == RULES.normal_share_max


def test_the_normal_share_comes_to_the_true_one() -> None:
    normal = Baseline()
    for n in range(20_000):
        normal.learn_vote(n % 50 == 0, 1.0)
    assert normal.share(RULES) == pytest.approx(0.02, rel=0.05)


def learned(times: list[float], rules: Rules = RULES) -> Baseline:
    normal = Baseline()
    for time in times:
        normal.learn_time(time, rules)
    return normal


def lognormal(usual_ms: float, sigma: float, count: int, seed: int = 1) -> list[float]:
    random = Random(seed)
    return [usual_ms * exp(random.gauss(0, sigma)) for _ in range(count)]


@pytest.mark.parametrize(("usual_ms", "sigma"), [(20, 0.1), (200, 0.3), (3_000, 0.6)])
def test_the_usual_time_and_its_spread_are_learned(usual_ms: float, sigma: float) -> None:
    normal = learned(lognormal(usual_ms, sigma, 1_000))
    assert normal.median == pytest.approx(log(usual_ms), abs=sigma / 2)
    assert normal.deviation == pytest.approx(sigma, rel=0.35)


def test_outliers_hardly_move_what_is_normal() -> None:
    times = lognormal(200, 0.1, 1_000)
    spoiled = [100 * time if n % 20 == 7 else time for n, time in enumerate(times)]
    clean, dirty = learned(times), learned(spoiled)
    assert dirty.median == pytest.approx(clean.median, abs=0.05)
    assert dirty.limit_ms < 1.3 * clean.limit_ms


def test_no_single_time_moves_it_far() -> None:
    for absurd in (0, 1e-9, 1e12):
        normal = learned(lognormal(200, 0.1, 300))
        before = normal.median, normal.deviation
        normal.learn_time(absurd, RULES)
        assert normal.median == pytest.approx(before[0], abs=0.01)
        assert normal.deviation == pytest.approx(before[1], rel=0.05)


def test_a_lasting_change_is_followed() -> None:
    normal = learned([*lognormal(200, 0.1, 500), *lognormal(400, 0.1, 1_500)])
    assert normal.median == pytest.approx(log(400), abs=0.1)


def test_nothing_is_slow_before_enough_times_are_known() -> None:
    assert learned([200.0] * (RULES.slow_after_looks - 1)).limit_ms == inf
    assert learned([200.0] * RULES.slow_after_looks).limit_ms < inf


def test_what_was_learned_is_kept_over_a_restart() -> None:
    before = learned(lognormal(200, 0.1, 400))
    for bad in (True, False, False):
        before.learn_vote(bad, 0.99)
    after = Baseline()
    after.remember(before.to_numbers(), RULES)
    assert after.to_numbers() == before.to_numbers()
    assert after.limit_ms == pytest.approx(before.limit_ms)
    assert after.share(RULES) == before.share(RULES)
    few = Baseline()
    few.remember(learned([200.0] * 19).to_numbers(), RULES)
    assert few.limit_ms == inf, "as few times as before are known"


@pytest.mark.parametrize(("usual_ms", "limit_ms"), [(40, 140), (200, 300), (1_000, 1_500)])
def test_slow_is_half_as_much_again_and_at_least_a_hundred_milliseconds_more(
    usual_ms: float, limit_ms: float
) -> None:
    normal = learned([usual_ms] * 400)
    assert normal.deviation == LEAST_DEVIATION
    assert normal.limit_ms == pytest.approx(limit_ms, rel=0.01)


def test_where_times_vary_much_slow_is_what_is_beyond_their_spread() -> None:
    normal = learned(lognormal(1_000, 0.8, 1_000))
    assert normal.limit_ms == pytest.approx(exp(normal.median + 3 * normal.deviation), rel=0.1)
    assert normal.limit_ms > 4_000


@pytest.mark.parametrize("absurd", [0.0, -5.0, nan, 1e-12, 1e9])
@pytest.mark.parametrize("place", [0, 1, 10, 150])
def test_absurd_times_do_not_poison_what_is_normal(absurd: float, place: int) -> None:
    times = lognormal(200, 0.1, 2_000)
    normal = learned([*times[:place], absurd, *times[place:]])
    assert normal.median == pytest.approx(log(200), abs=0.1)
    assert normal.deviation == pytest.approx(0.1, abs=0.1)
    assert 250 < normal.limit_ms < 450


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


def test_a_time_longer_than_any_look_is_taken_for_a_day() -> None:
    normal = Baseline()
    for total_ms in [1e300, 1.7e308, *[200.0] * 400]:
        normal.learn_time(total_ms, RULES)
    assert normal.limit_ms < 3_600_000, "the two are outvoted"
