"""How much of everything a vantage point is told to lose, bucket by bucket."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coordinator.domain.vantages.spells import LOSSES, spells
from coordinator.domain.window.axes import Floats
from tests.coordinator.domain.vantages.reference_spells import told

BUCKETS = 12
BLIP_NATS = 3.6
USUAL = 0.01


def seen(bad: list[int], looks: int) -> Floats:
    """(loss, bucket, one vantage): so many of the looks of each bucket failed."""
    return np.array(
        [
            [
                n * log((USUAL + loss * (1 - USUAL)) / USUAL) + (looks - n) * log(1 - loss)
                for n in bad
            ]
            for loss in LOSSES
        ]
    )[:, :, None]


NOTHING = np.zeros((len(LOSSES), BUCKETS, 1))


def test_nobody_is_sick_whose_witnesses_see_nothing() -> None:
    found = spells(seen([0] * BUCKETS, 12))
    assert found.lost.max() < 0.002
    assert abs(found.foreseen(NOTHING, BLIP_NATS)).max() < 1e-9


@pytest.mark.parametrize("loss", [0.15, 0.3, 0.5])
def test_the_share_that_witnesses_lose_is_found(loss: float) -> None:
    found = spells(seen([round(20 * loss)] * BUCKETS, 20))
    assert found.lost[2:, 0] == pytest.approx(np.full(BUCKETS - 2, loss), rel=0.35)


def test_a_spell_begins_when_its_failures_begin() -> None:
    found = spells(seen([0] * 6 + [4] * 6, 20))
    assert found.lost[:5].max() < 0.01
    assert found.lost[6:].min() > 0.12


def test_what_follows_tells_of_a_bucket_too() -> None:
    """One failure alone is chance; with more after it, it was the beginning."""
    alone = spells(seen([0] * 6 + [1] + [0] * 5, 20))
    begun = spells(seen([0] * 6 + [1] + [4] * 5, 20))
    assert begun.lost[6, 0] > 10 * alone.lost[6, 0]


def test_without_witnesses_what_goes_on_is_foreseen() -> None:
    """Nobody can tell a sick worker from a target that fails it, so only its beginning is news."""
    judged = seen([8] * BUCKETS, 20)
    alone = spells(NOTHING).foreseen(judged, BLIP_NATS)[:, 0]
    best = judged[:, :, 0].max(axis=0)
    assert best[-1] - alone[-1] < 1.5 < best[0] - alone[0]


def test_witnesses_that_see_nothing_make_it_news() -> None:
    judged = seen([8] * BUCKETS, 20)
    alone = spells(NOTHING).foreseen(judged, BLIP_NATS).sum()
    denied = spells(seen([0] * BUCKETS, 20)).foreseen(judged, BLIP_NATS).sum()
    assert denied < alone - 30


@given(
    arrays(np.float64, (len(LOSSES), 5, 3), elements=st.floats(-400, 400)),
    arrays(np.float64, (len(LOSSES), 5, 3), elements=st.floats(-400, 400)),
)
def test_whatever_is_seen_shares_are_shares_and_nothing_is_nan(one: Floats, other: Floats) -> None:
    found = spells(one)
    assert ((found.lost >= 0) & (found.lost <= LOSSES[-1])).all()
    assert np.isfinite(found.foreseen(other, BLIP_NATS)).all()


@given(
    arrays(np.float64, (len(LOSSES), 6, 3), elements=st.floats(-60, 60)),
    arrays(np.float64, (len(LOSSES), 6, 3), elements=st.floats(-60, 60)),
)
def test_all_buckets_at_once_tell_what_one_after_the_other_does(one: Floats, other: Floats) -> None:
    found, meant = spells(one), told(one, other, BLIP_NATS)
    assert found.lost == pytest.approx(meant.lost, abs=1e-9)
    assert found.sick == pytest.approx(meant.sick, abs=1e-9)
    assert found.nats == pytest.approx(meant.nats, abs=1e-6)
    assert found.foreseen(other, BLIP_NATS) == pytest.approx(meant.foreseen, abs=1e-6)
