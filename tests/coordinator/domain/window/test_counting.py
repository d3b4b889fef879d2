from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.counting import FEWEST, share_of
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.share import Counted
from tests.coordinator.domain.handmade import Seen, at, grid_of, pace_of_axes, some_axes
from worker.contract.outcome import Reason

AXES = some_axes(2, 4, buckets=60)
PACE = pace_of_axes(AXES)
ALL = [(component, region) for component in AXES.components for region in AXES.regions]


def counted(
    looks: Sequence[Seen], since: float = 0, *, slow: bool = False, timeout_ms: int = 5_000
) -> Counted:
    """What looks at all eight cells came to."""
    pace = pace_of_axes(AXES, timeout_ms=timeout_ms)
    return share_of(grid_of(AXES, looks), ALL, at(since), pace, slow=slow)


def every_cell(
    begin: float,
    end: float,
    share: float = 0.0,
    seed: int = 1,
    regions: Iterable[int] = range(4),
    reason: Reason = Reason.STATUS,
) -> list[Seen]:
    """A look at each cell every ten seconds, of which this share fails by chance."""
    random = Random(seed)
    return [
        Seen(10.0 * n + 4 * component + region, component, region, bad=bad, reason=reason)
        for n in range(int(begin) // 10, int(end) // 10)
        for component in range(2)
        for region in regions
        for bad in [random.random() < share]
    ]


some_looks = st.lists(
    st.builds(
        Seen,
        at=st.integers(0, 590).map(float),
        component=st.integers(0, 1),
        region=st.integers(0, 3),
        bad=st.booleans(),
        slow=st.booleans(),
        reason=st.sampled_from([Reason.TIMEOUT, Reason.STATUS]),
    ),
    max_size=120,
)


@given(some_looks, st.booleans(), st.integers(0, 590), st.randoms(use_true_random=False))
def test_the_order_of_looks_changes_nothing(
    looks: list[Seen], slow: bool, since: int, random: Random
) -> None:
    shuffled = random.sample(looks, len(looks))
    one, other = counted(looks, since, slow=slow), counted(shuffled, since, slow=slow)
    assert one.share == other.share
    assert one.reasons == other.reasons


@given(some_looks, st.booleans(), st.integers(0, 590))
def test_what_is_counted_was_seen_and_adds_up(looks: list[Seen], slow: bool, since: int) -> None:
    found = counted(looks, since, slow=slow)
    share = found.share
    assert share.bad <= share.looks <= len(looks)
    assert (found.bad.sum(), found.good.sum()) == (share.bad, share.looks - share.bad)
    assert sum(found.reasons.values()) == share.bad
    assert sum(sum(found.reasons_at(cell).values()) for cell in range(len(ALL))) == share.bad
    assert not share.looks or share.since <= share.until


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(8))
def test_the_true_share_is_found_wherever_a_bucket_begins(share: float, seed: int) -> None:
    looks = [*every_cell(0, 200), *every_cell(200, 500, share, seed)]
    found = counted(looks, since=200).share
    assert found.estimate == pytest.approx(share, abs=0.12)
    assert found.low - 0.03 <= share <= found.high + 0.03


def test_good_looks_before_it_began_do_not_dilute_a_total_failure() -> None:
    looks = [*every_cell(0, 210), *every_cell(210, 240, 1.0)]
    found = counted(looks, since=200).share
    assert (found.bad, found.looks, found.since) == (24, 24, at(210))


def test_cells_that_never_failed_count_with_their_good_looks() -> None:
    failing = [Seen(200.0 + 10 * n, 0, 0, bad=True, reason=Reason.STATUS) for n in range(6)]
    well = every_cell(200, 260, regions=[1])
    found = share_of(
        grid_of(AXES, [*failing, *well]), [("c1", "r1"), ("c1", "r2")], at(200), PACE, slow=False
    )
    assert (found.share.bad, found.share.looks) == (6, 12)


def test_looks_at_other_cells_do_not_count() -> None:
    looks = [*every_cell(200, 260, 1.0, regions=[0]), *every_cell(200, 260, regions=[1, 2, 3])]
    here = [("c1", "r1"), ("c2", "r1")]
    assert share_of(grid_of(AXES, looks), here, at(200), PACE, slow=False).share.estimate == 1.0


def test_good_looks_under_way_do_not_speak_for_those_that_time_out() -> None:
    """Every second look times out after 20 s: of the last 20 s only the good ones are heard."""
    looks = [
        Seen(200.0 + n, n % 2, n % 4, bad=n % 3 == 0, reason=Reason.TIMEOUT) for n in range(60)
    ]
    heard = [look for look in looks if not look.bad or look.at <= 240]
    assert counted(heard, 200, timeout_ms=20_000).share.estimate == pytest.approx(1 / 3, abs=0.02)


def test_at_a_total_failure_what_failed_at_once_counts_at_once() -> None:
    slow = [Seen(200.0 + n, n % 2, n % 4, bad=True) for n in range(3)]
    quick = [Seen(203.0 + n, n % 2, n % 4, bad=True, reason=Reason.RESET) for n in range(15)]
    found = counted([*every_cell(0, 200), *slow, *quick], 200, timeout_ms=20_000).share
    assert (found.bad, found.looks) == (18, 18)


def test_regions_that_fail_later_do_not_dilute_the_share() -> None:
    first = [*every_cell(0, 200, regions=[0]), *every_cell(200, 500, 1.0, regions=[0])]
    later = [*every_cell(0, 350, regions=[1]), *every_cell(350, 500, 1.0, regions=[1])]
    here = [(component, region) for component in AXES.components for region in ("r1", "r2")]
    grid = grid_of(AXES, [*first, *later])
    assert share_of(grid, here, at(200), PACE, slow=False).share.estimate == 1.0


def test_regions_that_are_well_again_do_not_dilute_the_share() -> None:
    looks = [
        *every_cell(200, 500, 1.0, regions=[0, 1]),
        *every_cell(200, 400, 1.0, regions=[2, 3]),
        *every_cell(400, 500, regions=[2, 3]),
    ]
    assert counted(looks, 200).share.estimate == 1.0


@pytest.mark.parametrize("share", [0.12, 0.5, 1.0])
def test_what_is_well_again_is_the_end_and_no_lesser_share(share: float) -> None:
    looks = [*every_cell(200, 400, share), *every_cell(400, 500)]
    assert counted(looks, 200).share.estimate == pytest.approx(share, abs=0.09)


def test_a_share_that_changed_is_told_by_the_looks_since() -> None:
    looks = [*every_cell(0, 200), *every_cell(200, 300, 1.0), *every_cell(300, 500, 0.12)]
    found = counted(looks, 200).share
    assert found.estimate == pytest.approx(0.12, abs=0.08)
    assert at(280) <= found.since <= at(330)
    worse = [*every_cell(0, 200), *every_cell(200, 400, 0.12), *every_cell(400, 500, 1.0)]
    assert counted(worse, 200).share.estimate == pytest.approx(1.0, abs=0.05)


def test_a_share_changed_only_when_every_cell_had_its_chance_to_show_it() -> None:
    looks = [*every_cell(0, 200), *every_cell(200, 490, 0.3), *every_cell(490, 500, 1.0)]
    assert counted(looks, 200).share.since < at(230)


def test_slow_looks_are_bad_ones_where_it_is_slowness() -> None:
    looks = [Seen(200.0 + n, n % 2, n % 4, slow=n % 4 > 0) for n in range(40)]
    assert counted(looks, 200, slow=True).share.estimate == pytest.approx(0.75, abs=0.04)
    assert counted(looks, 200).share.bad == 0


def test_what_began_before_all_looks_that_are_weighed_is_told_apart() -> None:
    old, new = counted(every_cell(0, 600, 1.0)).share, counted(every_cell(50, 600, 1.0), 50).share
    assert (old.older, new.older) == (True, False)


def test_without_a_look_nothing_is_known() -> None:
    share = counted([], 30).share
    assert (share.looks, share.estimate, share.low, share.high) == (0, 0.0, 0.0, 1.0)
    assert share.since == at(30)


def test_few_looks_are_all_counted() -> None:
    looks = [Seen(200.0 + n, 0, n % 4, bad=n % 2 == 0) for n in range(FEWEST - 1)]
    share = counted(looks, 200).share
    assert (share.bad, share.looks) == (4, 7)


def test_a_share_is_json_with_its_interval() -> None:
    grid: CountGrid = grid_of(AXES, every_cell(0, 600, 0.5))
    told = share_of(grid, ALL, at(0), PACE, slow=False).share.to_document()
    assert set(told) == {"estimate", "low", "high", "bad", "looks", "since", "until", "older"}
    assert str(told["since"]).endswith("Z")


@given(st.floats(0.02, 0.45), st.integers(1, 1_000), st.integers(1, 30))
def test_a_share_under_half_is_never_told_as_an_outage(
    share: float, seed: int, rounds: int
) -> None:
    """Of at least three rounds of eight looks."""
    looks = every_cell(200, 230 + 10 * rounds, share, seed)
    failing = sum(look.bad for look in looks) / len(looks)
    found = counted(looks, 200).share
    assert failing >= 0.5 or found.estimate < Rules().outage_share or found.low <= 0.5
