from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference.posterior import evidence, weigh
from coordinator.domain.inference.prefilter import Prefilter
from tests.coordinator.domain.handmade import INTERVAL_MS, RULES, Seen, at, grid_of, some_axes

WINDOW_MS = 600_000


def prefilter_of(components: int = 2, regions: int = 5) -> Prefilter:
    """A look at each cell every ten seconds."""
    each = 1 / INTERVAL_MS
    rates = {(-1, -1): each * components * regions}
    rates.update({(c, -1): each * regions for c in range(components)})
    rates.update({(-1, r): each * components for r in range(regions)})
    rates.update({(c, r): each for c in range(components) for r in range(regions)})
    return Prefilter(WINDOW_MS, rates)


def noted(
    *looks: tuple[float, int, int], slow: bool = False, components: int = 2, regions: int = 5
) -> Prefilter:
    prefilter = prefilter_of(components, regions)
    for moment, component, region in looks:
        prefilter.note(at(moment), component, region, slow=slow)
    return prefilter


def test_nothing_passes_where_nothing_failed() -> None:
    assert not prefilter_of().lets_through(at(0), RULES)


def test_one_bad_look_never_passes() -> None:
    assert not noted((100, 0, 0)).lets_through(at(100), RULES)


@pytest.mark.parametrize("slow", [False, True])
def test_three_bad_looks_at_once_pass_and_three_far_apart_do_not(slow: bool) -> None:
    assert noted((100, 0, 0), (101, 0, 1), (102, 1, 2), slow=slow).lets_through(at(102), RULES)
    assert not noted((0, 0, 0), (200, 0, 1), (400, 0, 1), slow=slow).lets_through(at(430), RULES)


def test_two_bad_looks_that_are_past_do_not_pass_any_more() -> None:
    prefilter = noted((100, 0, 0), (101, 0, 1))
    passes = [prefilter.lets_through(at(moment), RULES) for moment in range(101, 500, 50)]
    assert passes[0]
    assert not passes[-1]
    assert passes == sorted(passes, reverse=True)


def test_a_cell_that_goes_on_failing_passes_though_all_else_is_well() -> None:
    assert noted(*((10.0 * n, 1, 3) for n in range(30, 40)), regions=40).lets_through(
        at(400), RULES
    )


def test_a_cell_that_always_fails_now_and_then_does_not_pass() -> None:
    assert not noted((100, 1, 3), (390, 1, 3)).lets_through(at(400), RULES)


def test_bad_looks_and_slow_looks_are_not_added_up() -> None:
    prefilter = noted((100, 0, 0))
    prefilter.note(at(101), 0, 1, slow=True)
    assert not prefilter.lets_through(at(101), RULES)


def test_looks_that_came_in_any_order_are_sorted_and_old_ones_forgotten() -> None:
    moments = [700, 50, 650, 99, 100.5, 101, 300]
    prefilter = noted(*((moment, 0, 0) for moment in moments))
    prefilter.lets_through(at(700), RULES)
    assert [look[0] for look in prefilter.bad] == [
        at(moment) for moment in (100.5, 101, 300, 650, 700)
    ]
    prefilter.lets_through(at(5_000), RULES)
    assert prefilter.bad == []


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1), st.integers(0, 4)), max_size=12),
    st.randoms(),
)
def test_the_order_in_which_they_came_never_matters(
    looks: list[tuple[int, int, int]], random: Random
) -> None:
    mixed = random.sample(looks, len(looks))
    one, other = noted(*looks), noted(*mixed)
    assert one.lets_through(at(300), RULES) == other.lets_through(at(300), RULES)
    assert one.bad == other.bad == sorted(one.bad)


def test_an_answer_makes_it_stale_until_more_comes() -> None:
    prefilter = noted((100, 0, 0))
    assert prefilter.fresh
    prefilter.lets_through(at(101), RULES)
    assert not prefilter.fresh
    prefilter.note(at(102), 0, 1, slow=False)
    assert prefilter.fresh


@dataclass
class Quiet:
    """A service that was well, but for noise and a burst of failures somewhere: what each look
    saw.
    """

    seed: int
    buckets: int = 30

    def __post_init__(self) -> None:
        random = Random(self.seed)
        self.components, self.regions = random.randint(1, 4), random.choice([1, 2, 3, 5, 8])
        noise, self.normal = random.choice([0.0, 0.005, 0.02]), random.choice([0.002, 0.004, 0.02])
        some = random.sample(range(self.regions), random.randint(1, self.regions))
        which = random.sample(range(self.components), random.randint(1, self.components))
        share, since = random.choice([0.05, 0.1, 0.3, 1.0]), random.randint(20, self.buckets - 1)
        until = random.randint(since, self.buckets)
        self.looks = []
        for component in range(self.components):
            for region in range(self.regions):
                phase = random.uniform(0, 10)
                for bucket in range(self.buckets):
                    burst = since <= bucket <= until and component in which and region in some
                    failed = random.random() < noise or (burst and random.random() < share)
                    moment = 10 * bucket + phase
                    self.looks.append(Seen(moment, component, region, bad=failed))

    def until(self, seconds: float) -> list[Seen]:
        return [look for look in self.looks if look.at <= seconds]

    def wrong(self, seconds: float) -> float:
        """How likely the posterior holds it that anything is wrong."""
        axes = some_axes(self.components, self.regions, self.buckets)
        grid = grid_of(axes, self.until(seconds))
        votes = np.ones((self.components, self.regions), dtype=np.bool_)
        nats = evidence(grid, np.full(votes.shape, self.normal), votes)
        found = weigh(nats, grid.filled, grid.rounds, votes, [], [], RULES)
        assert found is not None
        return 1 - found.none

    def passes(self, seconds: float) -> bool:
        """Whether the prefilter lets it through."""
        prefilter = prefilter_of(self.components, self.regions)
        prefilter.normal = self.normal
        for look in self.until(seconds):
            if look.bad:
                prefilter.note(at(look.at), look.component, look.region, slow=False)
        return prefilter.lets_through(at(seconds), RULES)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(200, 299))
def test_what_the_posterior_would_raise_an_alarm_for_always_passes(seed: int, seconds: int) -> None:
    quiet = Quiet(seed)
    if not quiet.passes(seconds):
        assert quiet.wrong(seconds) < RULES.alarm_share
