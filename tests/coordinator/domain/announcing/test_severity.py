from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.announcing.severity import (
    BORROWED_LOOKS,
    began,
    said_before,
    severity_of,
    state_of,
)
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.model.verdict import CellState, Scope, Severity
from coordinator.domain.window.share import NOTHING_COUNTED, FailingShare
from tests.coordinator.domain.handmade import RULES, at

HERE, THERE = ("c1", "r1"), ("c1", "r2")
CLAIM = Claim(Scope.REGIONAL, frozenset({HERE, THERE}), ("r1", "r2"), ("c1",))
SLOW = Claim(Scope.REGIONAL, frozenset({HERE}), ("r1",), ("c1",), slow=True)


def severity(bad: int, looks: int, *, before: bool = False, claim: Claim = CLAIM) -> Severity:
    return severity_of(claim, FailingShare(bad, looks), RULES, before=before)


@pytest.mark.parametrize(
    ("bad", "looks", "expected"),
    [
        (10, 10, Severity.OUTAGE),
        (3, 3, Severity.OUTAGE),
        (80, 100, Severity.OUTAGE),
        (79, 100, Severity.DEGRADED),
        (24, 198, Severity.DEGRADED),
        (4, 5, Severity.DEGRADED),
        (8, 10, Severity.DEGRADED),
        (9, 10, Severity.OUTAGE),
        (0, 10, Severity.DEGRADED),
        (0, 0, Severity.DEGRADED),
    ],
)
def test_nearly_all_looks_must_fail_for_an_outage_and_few_must_all_fail(
    bad: int, looks: int, expected: Severity
) -> None:
    assert severity(bad, looks) is expected


@pytest.mark.parametrize(
    ("bad", "looks", "expected"),
    [
        (75, 100, Severity.OUTAGE),
        (70, 100, Severity.DEGRADED),
        (69, 100, Severity.DEGRADED),
        (15, 20, Severity.OUTAGE),
        (750, 1000, Severity.DEGRADED),
        (12, 100, Severity.DEGRADED),
    ],
)
def test_an_outage_stays_one_while_its_share_may_still_be_that_of_one(
    bad: int, looks: int, expected: Severity
) -> None:
    assert severity(bad, looks, before=True) is expected


@given(st.integers(0, 400), st.integers(1, 400))
def test_no_outage_is_said_of_less_than_half_of_the_looks(bad: int, good: int) -> None:
    if bad <= good:
        assert severity(bad, bad + good) is severity(bad, bad + good, before=True)
        assert severity(bad, bad + good) is Severity.DEGRADED


@given(st.integers(0, 400), st.integers(0, 400))
def test_what_is_an_outage_now_is_one_where_it_was_one_before(bad: int, good: int) -> None:
    if severity(bad, bad + good) is Severity.OUTAGE:
        assert severity(bad, bad + good, before=True) is Severity.OUTAGE


def test_slow_is_degraded_and_without_a_claim_all_is_operational() -> None:
    assert severity(10, 10, claim=SLOW) is Severity.DEGRADED
    assert severity(10, 10, claim=ALL_WELL) is Severity.OPERATIONAL
    assert severity(10, 10, claim=NOTHING_YET, before=True) is Severity.OPERATIONAL


def test_what_was_said_before_is_what_was_said_of_most_of_its_cells() -> None:
    wide, narrow = (
        AnnouncedClaim(
            replace(CLAIM, cells=frozenset(cells)),
            Severity.OUTAGE,
            "It fails.",
            {},
            counted=replace(NOTHING_COUNTED, share=FailingShare(3, 4, at(10), at(20))),
        )
        for cells in ([HERE, THERE, ("c2", "r1")], [HERE])
    )
    claim = replace(CLAIM, since=at(30))
    assert said_before(claim, [wide, narrow]) == [wide]
    assert said_before(ALL_WELL, [wide, narrow]) == []
    assert (began(claim, [wide]), began(claim, [])) == (at(10), at(30))


@pytest.mark.parametrize(
    ("share", "bad", "looks", "expected"),
    [
        (FailingShare(12, 100), 1, 1, CellState.DEGRADED),
        (FailingShare(12, 100), 3, 3, CellState.DEGRADED),
        (FailingShare(100, 100), 1, 1, CellState.BAD),
        (FailingShare(50, 100), 20, 20, CellState.BAD),
        (FailingShare(100, 100), 0, BORROWED_LOOKS, CellState.DEGRADED),
    ],
)
def test_a_cell_with_few_looks_is_judged_as_the_whole_claim(
    share: FailingShare, bad: int, looks: int, expected: CellState
) -> None:
    assert state_of(CLAIM, share, bad, looks, RULES) is expected
    assert state_of(SLOW, share, bad, looks, RULES) is CellState.DEGRADED
