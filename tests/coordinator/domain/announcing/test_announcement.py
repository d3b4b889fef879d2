from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from coordinator.domain.announcing.announcement import Announcement, announcement
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.inference.finding import Finding
from coordinator.domain.model.verdict import Scope
from tests.coordinator.domain.handmade import RULES


def claim_of(scope: Scope, regions: Sequence[str], components: Sequence[str] = ("c1",)) -> Claim:
    cells = frozenset((component, region) for component in components for region in regions)
    return Claim(scope, cells, tuple(regions), tuple(components), 0.95)


def rival(claim: Claim, chance: float) -> Mapping[str, Any]:
    return {
        "regions": list(claim.regions),
        "components": list(claim.components),
        "chance": chance,
        "refuted": False,
    }


ONE, TWO = claim_of(Scope.REGIONAL, ["r1"]), claim_of(Scope.REGIONAL, ["r1", "r2"])
OTHER = claim_of(Scope.REGIONAL, ["r4"], ["c2"])
ALL = claim_of(Scope.COMPONENT, ["r1", "r2", "r3"])
OPEN = Claim(Scope.UNKNOWN)


def sure(claim: Claim, wrong: float = 0.99, *rivals: Mapping[str, Any]) -> Finding:
    return Finding(wrong, claim, True, rivals)


def unsure(claim: Claim, wrong: float = 0.99, *rivals: Mapping[str, Any]) -> Finding:
    return Finding(wrong, claim, False, rivals)


@pytest.mark.parametrize("announced", [ALL_WELL, NOTHING_YET])
def test_nothing_is_said_before_something_is_very_likely_wrong(announced: Claim) -> None:
    assert announcement([sure(ONE, wrong=0.969)], (announced,), RULES) == Announcement((ALL_WELL,))
    assert announcement([sure(ONE, wrong=0.97)], (announced,), RULES) == Announcement((ONE,))


def test_what_was_said_stands_until_it_is_unlikely_that_anything_is_wrong() -> None:
    assert announcement([sure(ONE, wrong=0.11)], (ONE,), RULES) == Announcement((ONE,))
    assert announcement([sure(ONE, wrong=0.1)], (ONE,), RULES) == Announcement((ALL_WELL,))


def test_several_disruptions_are_announced_as_far_as_each_is_sure() -> None:
    found = announcement([sure(ONE), sure(OTHER), unsure(ALL), sure(OPEN)], (ALL_WELL,), RULES)
    assert found == Announcement((ONE, OTHER))


def test_an_unsure_claim_waits_for_patience() -> None:
    assert announcement([unsure(TWO)], (ALL_WELL,), RULES) == Announcement((TWO,), doubtful=True)
    assert announcement([sure(OPEN)], (ALL_WELL,), RULES) == Announcement((OPEN,), doubtful=True)


def test_a_surer_claim_replaces_what_was_said_once_that_is_ruled_out() -> None:
    still = sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.031))
    assert announcement([still], (ONE,), RULES) == Announcement((ONE,))
    gone = sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.029))
    assert announcement([gone], (ONE,), RULES) == Announcement((TWO,))


def test_it_is_ruled_out_by_its_share_of_all_that_may_be_wrong() -> None:
    half = sure(TWO, 0.6, rival(TWO, 0.57), rival(ONE, 0.02))
    assert announcement([half], (ONE,), RULES) == Announcement((ONE,)), "0.02 of 0.6"
    assert announcement(
        [sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.02))], (ONE,), RULES
    ) == Announcement((TWO,))


def test_while_it_is_more_likely_than_not_that_all_is_well_no_other_trouble_is_announced() -> None:
    assert announcement([sure(TWO, wrong=0.49)], (ONE,), RULES) == Announcement((ONE,))
    assert announcement([sure(TWO, wrong=0.51)], (ONE,), RULES) == Announcement((TWO,))


def test_what_was_said_stands_while_it_is_likely_and_nothing_else_is_sure() -> None:
    likely = unsure(OPEN, 0.99, rival(TWO, 0.6), rival(ONE, 0.1))
    assert announcement([likely], (ONE,), RULES) == Announcement((ONE,))
    unlikely = unsure(OPEN, 0.99, rival(TWO, 0.6), rival(ONE, 0.09))
    assert announcement([unlikely], (ONE,), RULES) == Announcement((OPEN,), doubtful=True)


def test_an_unknown_that_was_said_holds_nothing_back() -> None:
    open_now = unsure(TWO, 0.99, rival(TWO, 0.6), rival(claim_of(Scope.UNKNOWN, []), 0.3))
    assert announcement([open_now], (NOTHING_YET, OTHER), RULES) == Announcement(
        (TWO,), doubtful=True
    )
    assert announcement([sure(TWO)], (claim_of(Scope.UNKNOWN, ["r1"]),), RULES) == Announcement(
        (TWO,)
    )


def test_the_same_claim_with_fewer_or_more_beside_it_is_announced_at_once() -> None:
    """Only the first claim is protected against wavering."""
    assert announcement([sure(ONE, 0.99, rival(ONE, 0.9))], (ONE, OTHER), RULES) == Announcement(
        (ONE,)
    )
    assert announcement(
        [sure(ONE, 0.99, rival(ONE, 0.9)), sure(OTHER)], (ONE,), RULES
    ) == Announcement((ONE, OTHER))


def test_what_was_told_as_one_is_told_apart_once_some_of_its_cells_are_clearly_well() -> None:
    """The union of both stays the likeliest hypothesis, for its other cells' sake."""
    whole = {**rival(TWO, 0.95), "refuted": True}
    assert announcement([sure(ONE, 0.99, whole), sure(OTHER)], (TWO,), RULES) == Announcement(
        (ONE, OTHER)
    )
    assert announcement([sure(ONE, 0.99, rival(TWO, 0.95))], (TWO,), RULES) == Announcement((TWO,))


def test_the_same_cells_with_another_scope_are_announced_anew() -> None:
    everywhere = claim_of(Scope.COMPONENT, ["r1", "r2"])
    assert announcement(
        [sure(everywhere, 0.99, rival(everywhere, 0.98))], (TWO,), RULES
    ) == Announcement((everywhere,))


def test_while_it_becomes_less_likely_that_anything_is_wrong_what_was_said_is_not_doubted() -> None:
    fading = unsure(OPEN, 0.6, rival(OTHER, 0.3))
    assert announcement([fading], (ONE,), RULES) == Announcement((ONE,))
    assert announcement([unsure(OPEN, 0.98, rival(OTHER, 0.3))], (ONE,), RULES) == Announcement(
        (OPEN,), doubtful=True
    )
