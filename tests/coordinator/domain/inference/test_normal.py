"""What share of looks is taken to fail while all is well."""

from math import isfinite, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.inference.normal import normal_of
from coordinator.domain.window.baseline import Baseline
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series
from coordinator.domain.window.series_set import Learned
from tests.coordinator.domain.engine_worlds import NET
from tests.coordinator.domain.handmade import RULES, check_of, regions_of, series_of, share_of
from tests.coordinator.domain.inference.weighed_grids import counted
from tests.scenarios.internet import results
from tests.scenarios.trial import FAST, Trial, at, feed

COMPONENTS, REGIONS, BUCKETS = 4, 8, 12
CHECKS = [check_of(f"claude-c{n + 1}", regions_of(REGIONS)) for n in range(COMPONENTS)]
CELLS = list(range(COMPONENTS * REGIONS))


def series() -> list[Series]:
    return [series_of(check, region) for check in CHECKS for region in check.regions]


def learn(one: Series, looks: int, every: int) -> None:
    """So many looks, one of so many bad."""
    for n in range(looks):
        one.normal.learn_vote(n % every == every - 1, one.decay, one.recent_decay)


def grid_with(share: float, buckets: range, component: int | None = None) -> CountGrid:
    """Twenty looks at each cell in each bucket; this share fails in these."""
    bad = np.zeros((BUCKETS, COMPONENTS, REGIONS))
    bad[buckets.start : buckets.stop, component if component is not None else slice(None)] = (
        20 * share
    )
    return counted(bad, 20 - bad)


ALWAYS, NEVER = range(BUCKETS), range(0)
QUIET = grid_with(0, NEVER)


def test_of_a_new_service_what_always_failed_is_normal() -> None:
    assert normal_of(series(), CELLS, grid_with(0.03, ALWAYS), RULES).min() > 0.02
    one = normal_of(series(), CELLS, grid_with(0.03, ALWAYS, component=2), RULES)
    assert one[2].min() > 0.015
    assert one[0].max() < 0.01


@pytest.mark.parametrize("since", [3, 5, 9])
def test_what_began_while_it_was_looked_at_is_not_normal(since: int) -> None:
    began = normal_of(series(), CELLS, grid_with(0.3, range(since + 1, BUCKETS)), RULES)
    assert began.max() < 0.006


def test_of_a_known_service_only_what_was_learned_is_normal() -> None:
    found = series()
    for one in found:
        learn(one, 400, 200)
    assert normal_of(found, CELLS, grid_with(0.04, ALWAYS), RULES).max() < 0.01


def test_a_cell_of_few_looks_is_taken_to_be_like_its_component_and_service() -> None:
    found = series()
    for one in found:
        learn(one, 40, 33)
    assert normal_of(found, CELLS, QUIET, RULES).min() > 0.018, "by itself it would be 0.7 %"
    for one in found[:REGIONS]:
        learn(one, 2_000, 25)
    parted = normal_of(found, CELLS, QUIET, RULES)
    assert parted[0].min() > 1.2 * parted[1:].max()


def test_one_bad_cell_teaches_the_others_little() -> None:
    found = series()
    for one in found[1:]:
        learn(one, 2_000, 10**9)
    learn(found[0], 2_000, 20)
    normal = normal_of(found, CELLS, QUIET, RULES)
    assert normal[0, 0] > 0.03
    assert normal[0, 1:].max() < 0.006
    assert normal[1:].max() < 0.006


def test_what_a_lying_worker_taught_does_not_outlive_it() -> None:
    """A week of three failures in a hundred, then a day without."""
    found = series()
    day = 86_400_000 // CHECKS[0].interval_ms
    learn(found[0], 7 * day, 33)
    assert share_of(found[0].normal) > 0.025
    learn(found[0], day, 10**9)
    assert found[0].normal.bad / found[0].normal.looks > 0.02, "it is remembered"
    assert share_of(found[0].normal) < 0.006, "and does not count"


numbers = st.floats() | st.sampled_from([nan, float("inf"), -1.0, 0.0, 1e308])


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=5, max_size=7).filter(lambda found: len(found) != 6))
@example([20.0, 0.0, 237.0, 0.0, 0.0])
@example([20.0, 0.0, 1.4e154, 0.0, 0.0])
def test_whatever_was_kept_what_is_normal_is_a_share(kept: list[float]) -> None:
    found = series()
    found[3].normal.remember(kept, RULES)
    normal = normal_of(found, CELLS, QUIET, RULES)
    assert np.isfinite(normal).all()
    assert RULES.normal_share_min <= normal.min() <= normal.max() <= RULES.normal_share_max
    assert 0 <= found[3].normal.level(250.0) <= 15


@pytest.mark.parametrize("place", range(7))
def test_no_nan_that_was_kept_reaches_a_verdict(place: int) -> None:
    kept = [100.0, 5.0, 0.2, 1_000.0, 2.0, 100.0, 1.0]
    kept[place] = nan
    engine = Engine(NET, FAST)
    normal = {check.id: dict.fromkeys(check.regions, kept) for check in NET.checks}
    engine.restore([], [], at(0), Learned(at(0) - 1, normal))
    feed(Trial(engine), results(NET, at(0), at(20)), at(21))
    verdict = engine.verdicts()["claude"]
    assert verdict.scope == "none"
    assert isfinite(verdict.confidence)
    assert isfinite(verdict.evidence["wrong"])


def test_numbers_that_were_kept_before_lately_counted_are_taken() -> None:
    normal = Baseline()
    normal.remember([100, 5.0, 0.2, 1_000.0, 20.0], RULES)
    assert normal.to_numbers()[:7] == [100, 5.0, 0.2, 1_000.0, 20.0, 1_000.0, 20.0]
    assert share_of(normal) > 0.01
