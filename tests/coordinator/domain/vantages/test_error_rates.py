"""What witnesses say of the workers of many regions at once is what they say of each alone."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.vantages.elsewhere import Slots
from coordinator.domain.vantages.error_rates import Asked, Span, witness_nats
from coordinator.domain.vantages.witnesses import witnesses
from coordinator.domain.window.axes import Floats
from coordinator.domain.window.look import Vote
from tests.coordinator.domain.handmade import at, check_of, code_of, regions_of, series_of

REGIONS = regions_of(3)
CHECKS = [check_of(name, REGIONS) for name in ("a-x", "b-x", "c-x", "d-x", "d-y")]
BUCKETS, WORKERS = 4, 2
SPAN = Span(at(0), 10_000, BUCKETS)
COUNT = len(REGIONS) * len(CHECKS)


def expected(asked: Sequence[Slots]) -> Floats:
    """Something else for each region, check and slot."""
    told = np.array([len(one.check.id) + slot % 7 for one, slots in asked for slot in slots])
    return np.stack([told % 3, told % 5, told % 7], axis=1) / 10


@given(st.lists(st.lists(st.integers(0, 11), max_size=8), min_size=COUNT, max_size=COUNT))
def test_many_regions_at_once_are_told_as_each_alone(drawn: list[list[int]]) -> None:
    looks = iter(drawn)
    asked = [
        Asked(place, found, witnesses(found))
        for place, region in enumerate(REGIONS)
        for found in ([series_of(check, region, codes(next(looks))) for check in CHECKS],)
    ]
    together = witness_nats(asked, SPAN, WORKERS, expected)
    assert together.shape[1:] == (BUCKETS, len(REGIONS), WORKERS)
    for place, one in enumerate(asked):
        alone = witness_nats([one], SPAN, WORKERS, expected)
        assert together[:, :, [place]] == pytest.approx(alone, abs=1e-9)


def codes(drawn: list[int]) -> list[int]:
    """Looks of two workers, in order, of which some fail."""
    votes = [Vote.BAD if one % 3 == 0 else Vote.GOOD for one in drawn]
    return [
        code_of(5 * place + 1, vote, worker=one % WORKERS)
        for place, (one, vote) in enumerate(zip(drawn, votes, strict=True))
    ]
