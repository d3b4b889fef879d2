"""What is claimed of what is likely, and when that is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from coordinator.domain.inference.claim import ALL_WELL, Coverage
from coordinator.domain.inference.finding import CALM, TOP, Finding, conclude
from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.inference.posterior import SHARES, SLOW_MODE, Posterior
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.grid import CountGrid
from tests.coordinator.domain.handmade import RULES, Seen, at, coverage_of, grid_of, regions_of
from tests.coordinator.domain.inference.claimed_cells import (
    ALL_COMPONENTS,
    ALL_REGIONS,
    AXES,
    cells,
    votes_in,
)

Likely = tuple[tuple[int, ...], tuple[int, ...], float]
"""Components, regions, and how likely they are."""


def posterior(*likely: Likely, none: float = 0.01, slow: bool = False, onset: int = 3) -> Posterior:
    """What is likely, as shares of all that may be wrong."""
    hypotheses = [Hypothesis(components, regions, 8.0) for components, regions, _ in likely]
    chance = np.array([share for *_, share in likely]) * (1 - none)
    modes = np.zeros((len(likely), len(SHARES) + 1))
    modes[:, SLOW_MODE if slow else 0] = chance
    nats = np.zeros((len(likely), AXES.buckets))
    nats[:, :onset], nats[:, onset:] = -1, 2
    return Posterior(hypotheses, chance, modes, nats, none)


def everything(bad: Iterable[tuple[int, int]] = (), since: float = 30) -> list[Seen]:
    """A look at each cell each ten seconds, a little later from region to region; these cells
    fail.
    """
    failing = set(bad)
    return [
        Seen(10 * n + c + r, c, r, bad=(c, r) in failing and 10 * n >= since)
        for n in range(AXES.buckets)
        for c in ALL_COMPONENTS
        for r in ALL_REGIONS
    ]


def finding(
    found: Posterior,
    seen: Sequence[Seen] | None = None,
    coverage: Coverage | None = None,
    nats: np.ndarray | None = None,
) -> Finding:
    grid: CountGrid = grid_of(AXES, everything([(0, 0)]) if seen is None else seen)
    nats = np.zeros((len(SHARES) + 1, AXES.buckets, 3, 5)) if nats is None else nats
    return conclude(found, nats, coverage or coverage_of(AXES), grid, RULES)


def test_when_nothing_is_wrong_there_is_nothing_to_say() -> None:
    assert finding(posterior(((0,), (0,), 0.0), none=1.0)) is CALM
    assert CALM.claim is ALL_WELL


def test_what_is_likely_enough_is_claimed_with_all_its_cells_and_its_start() -> None:
    found = finding(posterior(((0,), ALL_REGIONS, 0.95), (ALL_COMPONENTS, ALL_REGIONS, 0.05)))
    claim = found.claim
    assert found.sure
    assert found.wrong == pytest.approx(0.99)
    assert (claim.scope, claim.regions, claim.components) == (
        Scope.COMPONENT,
        regions_of(5),
        ("c1",),
    )
    assert claim.cells == cells((0,), ALL_REGIONS)
    assert claim.chance == pytest.approx(0.95)
    assert claim.since == at(30)
    assert (claim.slow, claim.at_least, claim.group) == (False, False, "")


def test_regions_and_components_are_named_in_the_order_of_the_configuration() -> None:
    claim = finding(posterior(((2, 0), (3, 1), 0.95))).claim
    assert (claim.components, claim.regions) == (("c1", "c3"), ("r2", "r4"))


def test_a_claim_names_the_group_and_whether_it_is_slowness() -> None:
    found = posterior((ALL_COMPONENTS, (0, 1), 0.95), slow=True)
    named = replace(found, hypotheses=[found.hypotheses[0]._replace(group="country IE")])
    claim = finding(named, everything([(0, 0), (0, 1)])).claim
    assert (claim.group, claim.slow, claim.scope) == ("country IE", True, Scope.REGIONAL)


def test_cells_that_do_not_vote_are_not_claimed() -> None:
    votes = np.ones((3, 5), dtype=np.bool_)
    votes[0, 1] = votes[1, 0] = False
    claim = finding(posterior(((0, 1), (0, 1), 0.95)), coverage=coverage_of(AXES, votes)).claim
    assert claim.cells == {("c1", "r1"), ("c2", "r2")}


def test_several_explanations_of_one_scope_are_a_class_that_reaches_at_least_what_they_share() -> (
    None
):
    found = finding(
        posterior(((0,), (0, 1), 0.5), ((0,), (0, 1, 2), 0.45), (ALL_COMPONENTS, ALL_REGIONS, 0.05))
    )
    assert not found.sure
    assert (found.claim.scope, found.claim.at_least) == (Scope.REGIONAL, True)
    assert found.claim.cells == cells((0,), (0, 1))
    assert found.claim.chance == pytest.approx(0.95)


def test_a_class_that_agrees_on_nothing_is_told_by_its_best() -> None:
    found = finding(posterior(((0,), (0,), 0.5), ((0,), (1,), 0.3), ((0,), (2,), 0.2)))
    assert (found.sure, found.claim.scope, found.claim.at_least) == (False, Scope.REGIONAL, True)
    assert found.claim.cells == cells((0,), (0,))


def test_explanations_of_several_scopes_are_unknown_with_the_best_of_them() -> None:
    found = finding(
        posterior(((0,), (0, 1), 0.5), ((0,), ALL_REGIONS, 0.3), (ALL_COMPONENTS, ALL_REGIONS, 0.2))
    )
    assert (found.sure, found.claim.scope, found.claim.at_least) == (False, Scope.UNKNOWN, True)
    assert found.claim.cells == cells((0,), (0, 1)), "that much is sure"
    first, second, third = found.rivals
    assert (first["scope"], first["regions"], first["components"]) == (
        "regional",
        ["r1", "r2"],
        ["c1"],
    )
    assert (second["scope"], third["scope"]) == ("component", "system_wide")
    assert [rival["chance"] for rival in found.rivals] == [0.495, 0.297, 0.198]


def test_explanations_that_agree_on_no_cell_leave_even_that_open() -> None:
    found = finding(posterior(((0,), (0, 1), 0.5), ((1,), ALL_REGIONS, 0.5)))
    assert (found.claim.scope, found.claim.cells) == (Scope.UNKNOWN, frozenset())


@pytest.mark.parametrize(("share", "sure"), [(0.9, True), (0.899, False)])
def test_a_claim_must_be_likely_enough(share: float, sure: bool) -> None:
    assert finding(posterior(((0,), (0,), share), ((0,), ALL_REGIONS, 1 - share))).sure is sure


def test_how_likely_it_is_that_anything_is_wrong_does_not_make_a_claim_surer() -> None:
    likely = ((0,), (0,), 0.95), ((0,), ALL_REGIONS, 0.05)
    maybe, surely = (finding(posterior(*likely, none=none)) for none in (0.5, 0.0001))
    assert maybe.claim.chance == pytest.approx(surely.claim.chance)
    assert (maybe.wrong, surely.wrong) == (0.5, pytest.approx(0.9999))


def test_only_the_likeliest_few_are_shown_with_their_evidence_and_price() -> None:
    likely = [((0,), (r,), 0.19 - 0.01 * r) for r in range(5)] + [
        ((1,), (r,), 0.03) for r in range(5)
    ]
    rivals = finding(posterior(*likely)).rivals
    assert len(rivals) == TOP
    assert [rival["regions"] for rival in rivals] == [[region] for region in regions_of(5)]
    assert (rivals[0]["nats"], rivals[0]["price"], rivals[0]["group"]) == (15.0, 8.0, "")


def test_next_to_impossible_explanations_are_left_out() -> None:
    found = finding(posterior(((0,), (0,), 0.9998), ((0,), ALL_REGIONS, 0.0002)))
    assert len(found.rivals) == 1


def test_when_too_few_regions_are_heard_an_outage_of_all_of_them_is_unknown_though_sure() -> None:
    coverage = coverage_of(AXES, votes_in([0, 1], 5, 3))
    found = finding(
        posterior((ALL_COMPONENTS, ALL_REGIONS, 0.97), ((0,), (0,), 0.03)), coverage=coverage
    )
    assert (found.sure, found.claim.scope) == (True, Scope.UNKNOWN)
    assert found.claim.cells == cells(ALL_COMPONENTS, (0, 1))


def test_a_region_is_told_apart_only_from_those_that_were_looked_from_meanwhile() -> None:
    """The region's looks all came first: the others may be failing by now, too."""
    before = [Seen(10 * n + r, 0, r) for n in range(3) for r in ALL_REGIONS]
    failed = [Seen(30, 0, 0, bad=True), Seen(31, 0, 0, bad=True)]
    found = posterior(((0,), (0,), 0.97))
    alone = finding(found, [*before, *failed])
    assert (alone.sure, alone.claim.scope) == (True, Scope.UNKNOWN)
    two = [*before, Seen(30.5, 0, 1), Seen(30.6, 0, 2), *failed]
    assert finding(found, two).claim.scope is Scope.REGIONAL, "half of the four others"
    assert finding(found, two[:-3] + failed).claim.scope is Scope.UNKNOWN, "one is not half"


def test_looks_after_the_last_failure_do_not_tell_a_region_apart() -> None:
    looks = [Seen(30, 0, 0, bad=True), *(Seen(32, 0, r) for r in (1, 2, 3, 4))]
    assert finding(posterior(((0,), (0,), 0.97)), looks).claim.scope is Scope.UNKNOWN
    assert (
        finding(posterior(((0,), (0,), 0.97)), [*looks, Seen(33, 0, 0, bad=True)]).claim.scope
        is Scope.REGIONAL
    )


def test_looks_at_other_components_do_not_tell_a_region_apart() -> None:
    looks = [
        Seen(30, 0, 0, bad=True),
        *(Seen(31, 1, r) for r in (1, 2, 3, 4)),
        Seen(40, 0, 0, bad=True),
    ]
    assert finding(posterior(((0,), (0,), 0.97)), looks).claim.scope is Scope.UNKNOWN


def test_slow_looks_tell_a_region_apart_as_failures_do() -> None:
    looks = [
        Seen(30, 0, 0, slow=True),
        *(Seen(31, 0, r) for r in (1, 2)),
        Seen(32, 0, 0, slow=True),
    ]
    assert finding(posterior(((0,), (0,), 0.97), slow=True), looks).claim.scope is Scope.REGIONAL
