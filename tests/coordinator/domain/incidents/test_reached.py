"""What an incident says follows from the cells that it reaches."""

from collections.abc import Collection

import pytest

from coordinator.domain.inference.claim import scope_of_cells
from coordinator.domain.model.incident import Moment
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.grid import CellKey
from tests.coordinator.domain.incidents.service_life import (
    EVERY,
    QUICK,
    REGIONS,
    Life,
    announced,
    cells,
)

ALL = range(1, 11)


@pytest.mark.parametrize(
    ("reach", "silent", "expected"),
    [
        (cells([1, 2]), cells([]), Scope.REGIONAL),
        (cells(ALL), cells([]), Scope.COMPONENT),
        (cells(ALL, ("c1", "c2")), cells([]), Scope.SYSTEM_WIDE),
        # one of two is everywhere, whatever else fails somewhere
        (cells(ALL) | cells([1], ["c2"]), cells([]), Scope.COMPONENT),
        # every region, but nothing that fails in all of them
        (cells(range(1, 6)) | cells(range(6, 11), ["c2"]), cells([]), Scope.REGIONAL),
        # of all that is heard, and that is enough
        (cells(range(1, 6)), cells(range(6, 11)), Scope.COMPONENT),
        # of all that is heard, but that is too little to speak of everywhere
        (cells(range(1, 5)), cells(range(5, 11)), Scope.REGIONAL),
        # what fell silent after it failed still counts
        (cells(range(1, 6)), cells(range(4, 11)), Scope.COMPONENT),
    ],
)
def test_the_scope_of_cells_is_that_of_a_claim_of_them(
    reach: Collection[CellKey], silent: Collection[CellKey], expected: Scope
) -> None:
    assert scope_of_cells(reach, EVERY, QUICK, EVERY - frozenset(silent)) is expected


def test_two_claims_in_one_incident_are_told_by_the_widest() -> None:
    life = Life()
    both = cells([1], ("c1", "c2"))
    life.step(30, announced(both, 0, 25, reason="One region."))
    here = announced(cells([1]), 0, 39, reason="One region.")
    everywhere = announced(
        cells(ALL, ["c2"]), 0, 39, scope=Scope.COMPONENT, reason="c2 everywhere."
    )
    (wider,) = life.step(40, here, everywhere)
    assert (wider.incident.scope, wider.incident.regions) == (Scope.COMPONENT, REGIONS)
    assert wider.incident.reason == "c2 everywhere."


def test_a_severity_that_changes_while_it_waits_to_narrow_is_told_of_all_it_reaches() -> None:
    life = Life()
    life.step(30, announced(cells(ALL), 0, 25, scope=Scope.COMPONENT))
    (milder,) = life.step(
        40, announced(cells([1]), 0, 39, severity=Severity.DEGRADED, reason="One region.")
    )
    incident = milder.incident
    assert (milder.moment, incident.scope, len(incident.regions)) == (
        Moment.UPDATED,
        Scope.COMPONENT,
        10,
    )
    assert incident.reason == "c1 component in 10 of 10 regions: degraded."


def test_the_worst_of_its_claims_is_its_severity() -> None:
    life = Life()
    life.step(30, announced(cells([1, 2], ("c1", "c2")), 0, 25, severity=Severity.DEGRADED))
    (worse,) = life.step(
        40,
        announced(cells([1, 2]), 0, 39, severity=Severity.DEGRADED),
        announced(cells([1, 2], ["c2"]), 0, 39, severity=Severity.OUTAGE),
    )
    assert worse.incident.severity is Severity.OUTAGE
