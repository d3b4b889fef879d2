"""An incident ends when all was well for long enough, and never by silence."""

import pytest

from coordinator.domain.model.incident import Closed, Moment, closed
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.tally import Tally
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import (
    EVERY,
    HERE,
    RESOLVE_S,
    Life,
    announced,
    cells,
)


def test_an_incident_resolves_when_all_was_well_for_long_enough() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    assert life.quiet(35, 31) == []
    assert life.quiet(31 + RESOLVE_S, 31) == []
    (over,) = life.quiet(31 + RESOLVE_S + 1, 31)
    incident = over.incident
    assert (over.moment, incident.resolved_at) == (Moment.RESOLVED, over.at)
    assert (incident.ended_after, incident.ended_by) == (at(25), at(31))
    assert [part.to_document()["lasted_ms"] for part in incident.parts] == [31_000] * 3
    assert life.open == []


def test_silence_never_resolves_an_incident() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    for now in (100, 1_000, 10_000, 1_000_000):
        assert life.step(now, silent=EVERY) == []
        assert life.quiet(now + 1, 31, silent=HERE) == []
    assert len(life.open) == 1


@pytest.mark.parametrize(("silent", "resolves"), [(1, True), (2, False)])
def test_nine_regions_of_ten_must_be_heard_and_well(silent: int, resolves: bool) -> None:
    life, reach = Life(), cells(range(1, 11))
    life.step(30, announced(reach, 0, 25, scope=Scope.COMPONENT))
    assert bool(life.quiet(500, 31, silent=cells(range(1, silent + 1)))) is resolves


def test_an_unknown_verdict_keeps_an_incident_open_while_its_cells_fail() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    for now in range(100, 1_000, 100):
        assert life.step(now, announced(HERE, 0, now - 1, scope=Scope.UNKNOWN)) == []
    assert life.moments == ["opened"]


@pytest.mark.parametrize("scope", [Scope.REGIONAL, Scope.COMPONENT])
def test_what_was_known_of_its_scope_stays_known_while_others_are_silent(scope: Scope) -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25, scope=scope))
    away = cells(range(3, 11), ["c1", "c2"])
    assert life.step(60, announced(HERE, 0, 59, scope=Scope.UNKNOWN), silent=away) == []
    assert [(one.scope, one.peak) for one in life.open] == [(scope, scope)]


def test_of_unknown_scope_it_becomes_what_is_known_once_others_are_heard() -> None:
    life = Life()
    life.step(60, announced(HERE, 0, 55, scope=Scope.UNKNOWN))
    (known,) = life.step(90, announced(HERE, 0, 85))
    assert (known.incident.scope, known.incident.peak) == (Scope.REGIONAL, Scope.REGIONAL)
    every = cells(range(1, 11))
    (wider,) = life.step(120, announced(every, 0, 119, scope=Scope.COMPONENT))
    assert wider.incident.scope is Scope.COMPONENT


def test_an_unknown_verdict_ends_nothing_though_good_looks_come_between() -> None:
    """Of a partial failure most looks are good."""
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    for now in range(40, 400, 10):
        firsts = {key: Tally(last_good=at(now - 1), first_good=at(now - 1)) for key in HERE}
        life.step(
            now, announced(HERE, 0, now - 3, good=now - 1, scope=Scope.UNKNOWN), firsts=firsts
        )
    assert life.moments == ["opened"]


def test_an_incident_that_nothing_looks_at_any_more_ends_with_nothing_known() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    event = closed(life.open[0], at(99), Closed.REMOVED)
    assert (event.moment, event.incident.ended_after, event.incident.ended_by) == (
        Moment.RESOLVED,
        None,
        None,
    )
    assert (event.incident.resolved_at, event.incident.closed_because) == (at(99), "removed")
