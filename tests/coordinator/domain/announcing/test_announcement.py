from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from coordinator.domain.announcing.announcement import Wish, wish
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.inference.finding import Opinion
from coordinator.domain.model.verdict import Scope
from tests.coordinator.domain.handmade import RULES


def claim_of(scope: Scope, regions: Sequence[str], components: Sequence[str] = ("c1",)) -> Claim:
    cells = frozenset((component, region) for component in components for region in regions)
    return Claim(scope, cells, tuple(regions), tuple(components), 0.95)


def rival(claim: Claim, chance: float) -> Mapping[str, Any]:
    return {"regions": list(claim.regions), "components": list(claim.components), "chance": chance, "refuted": False}


ONE, TWO = claim_of(Scope.REGIONAL, ["r1"]), claim_of(Scope.REGIONAL, ["r1", "r2"])
OTHER = claim_of(Scope.REGIONAL, ["r4"], ["c2"])
ALL = claim_of(Scope.COMPONENT, ["r1", "r2", "r3"])
OPEN = Claim(Scope.UNKNOWN)


def sure(claim: Claim, wrong: float = 0.99, *rivals: Mapping[str, Any]) -> Opinion:
    return Opinion(wrong, claim, True, rivals)


def unsure(claim: Claim, wrong: float = 0.99, *rivals: Mapping[str, Any]) -> Opinion:
    return Opinion(wrong, claim, False, rivals)


@pytest.mark.parametrize("announced", [ALL_WELL, NOTHING_YET])
def test_nothing_is_said_before_something_is_very_likely_wrong(announced: Claim) -> None:
    assert wish([sure(ONE, wrong=0.969)], (announced,), RULES) == Wish((ALL_WELL,))
    assert wish([sure(ONE, wrong=0.97)], (announced,), RULES) == Wish((ONE,))


def test_what_was_said_stands_until_it_is_unlikely_that_anything_is_wrong() -> None:
    assert wish([sure(ONE, wrong=0.11)], (ONE,), RULES) == Wish((ONE,))
    assert wish([sure(ONE, wrong=0.1)], (ONE,), RULES) == Wish((ALL_WELL,))


def test_several_disruptions_are_announced_as_far_as_each_is_sure() -> None:
    found = wish([sure(ONE), sure(OTHER), unsure(ALL), sure(OPEN)], (ALL_WELL,), RULES)
    assert found == Wish((ONE, OTHER))


def test_an_unsure_claim_waits_for_patience() -> None:
    assert wish([unsure(TWO)], (ALL_WELL,), RULES) == Wish((TWO,), doubtful=True)
    assert wish([sure(OPEN)], (ALL_WELL,), RULES) == Wish((OPEN,), doubtful=True)


def test_a_surer_claim_replaces_what_was_said_once_that_is_ruled_out() -> None:
    still = sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.031))
    assert wish([still], (ONE,), RULES) == Wish((ONE,))
    gone = sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.029))
    assert wish([gone], (ONE,), RULES) == Wish((TWO,))


def test_it_is_ruled_out_by_its_share_of_all_that_may_be_wrong() -> None:
    half = sure(TWO, 0.6, rival(TWO, 0.57), rival(ONE, 0.02))
    assert wish([half], (ONE,), RULES) == Wish((ONE,)), "0.02 of 0.6"
    assert wish([sure(TWO, 0.99, rival(TWO, 0.95), rival(ONE, 0.02))], (ONE,), RULES) == Wish((TWO,))


def test_while_it_is_more_likely_than_not_that_all_is_well_no_other_trouble_is_announced() -> None:
    assert wish([sure(TWO, wrong=0.49)], (ONE,), RULES) == Wish((ONE,))
    assert wish([sure(TWO, wrong=0.51)], (ONE,), RULES) == Wish((TWO,))


def test_what_was_said_stands_while_it_is_likely_and_nothing_else_is_sure() -> None:
    likely = unsure(OPEN, 0.99, rival(TWO, 0.6), rival(ONE, 0.1))
    assert wish([likely], (ONE,), RULES) == Wish((ONE,))
    unlikely = unsure(OPEN, 0.99, rival(TWO, 0.6), rival(ONE, 0.09))
    assert wish([unlikely], (ONE,), RULES) == Wish((OPEN,), doubtful=True)


def test_an_unknown_that_was_said_holds_nothing_back() -> None:
    open_now = unsure(TWO, 0.99, rival(TWO, 0.6), rival(claim_of(Scope.UNKNOWN, []), 0.3))
    assert wish([open_now], (NOTHING_YET, OTHER), RULES) == Wish((TWO,), doubtful=True)
    assert wish([sure(TWO)], (claim_of(Scope.UNKNOWN, ["r1"]),), RULES) == Wish((TWO,))


def test_the_same_claim_with_fewer_or_more_beside_it_is_announced_at_once() -> None:
    """Only the first claim is protected against wavering."""
    assert wish([sure(ONE, 0.99, rival(ONE, 0.9))], (ONE, OTHER), RULES) == Wish((ONE,))
    assert wish([sure(ONE, 0.99, rival(ONE, 0.9)), sure(OTHER)], (ONE,), RULES) == Wish((ONE, OTHER))


def test_what_was_told_as_one_is_told_apart_once_some_of_its_cells_are_clearly_well() -> None:
    """The union of both stays the likeliest hypothesis, for its other cells' sake."""
    whole = {**rival(TWO, 0.95), "refuted": True}
    assert wish([sure(ONE, 0.99, whole), sure(OTHER)], (TWO,), RULES) == Wish((ONE, OTHER))
    assert wish([sure(ONE, 0.99, rival(TWO, 0.95))], (TWO,), RULES) == Wish((TWO,))


def test_the_same_cells_with_another_scope_are_announced_anew() -> None:
    everywhere = claim_of(Scope.COMPONENT, ["r1", "r2"])
    assert wish([sure(everywhere, 0.99, rival(everywhere, 0.98))], (TWO,), RULES) == Wish((everywhere,))


def test_while_it_becomes_less_likely_that_anything_is_wrong_what_was_said_is_not_doubted() -> None:
    fading = unsure(OPEN, 0.6, rival(OTHER, 0.3))
    assert wish([fading], (ONE,), RULES) == Wish((ONE,))
    assert wish([unsure(OPEN, 0.98, rival(OTHER, 0.3))], (ONE,), RULES) == Wish((OPEN,), doubtful=True)
