"""How an open incident goes on: wider at once, narrower after steady evidence."""

from coordinator.domain.incidents.life import OpenIncidents
from coordinator.domain.incidents.open_incident import OpenIncident
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.tally import Tally
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import (
    COMPONENTS,
    EVERY,
    HERE,
    NARROW_S,
    REGIONS,
    RESOLVE_S,
    Life,
    announced,
    cells,
)


def test_as_long_as_nothing_changes_no_line_is_written() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    for now in range(31, 60):
        assert life.step(now, announced(HERE, 0, now - 1, reason=f"{now} looks failed.")) == []
    assert life.open[0].reason == "It is down."


def test_an_incident_widens_at_once() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    (wider,) = life.step(31, announced(cells(range(1, 11)), 0, 30, scope=Scope.COMPONENT))
    assert (wider.moment, wider.incident.scope, wider.incident.regions) == (
        Moment.UPDATED,
        Scope.COMPONENT,
        REGIONS,
    )
    assert wider.incident.peak is Scope.COMPONENT
    (widest,) = life.step(32, announced(EVERY, 0, 31, scope=Scope.SYSTEM_WIDE))
    assert (widest.incident.scope, widest.incident.components) == (Scope.SYSTEM_WIDE, COMPONENTS)
    assert len({event.incident.id for event in life.events}) == 1


def test_an_incident_narrows_only_after_five_minutes_of_steady_evidence() -> None:
    life = Life()
    life.step(30, announced(cells([1, 2, 3]), 0, 25))

    def recovering(now: float) -> list[IncidentEvent]:
        """Region 3 is well since 40 s; it is part of no claim any more."""
        firsts = {("c1", "r3"): Tally(first_good=at(40), last_good=at(now - 1))}
        return life.step(now, announced(HERE, 0, now - 1), firsts=firsts)

    assert [recovering(now) for now in (50, 100, 40 + NARROW_S)] == [[], [], []]
    (narrower,) = recovering(40 + NARROW_S + 1)
    assert (narrower.incident.regions, narrower.incident.peak) == (("r1", "r2"), Scope.REGIONAL)
    ends = {(part.axis, part.name): part.until for part in narrower.incident.parts}
    assert ends == {
        ("region", "r1"): None,
        ("region", "r2"): None,
        ("region", "r3"): at(40),
        ("component", "c1"): None,
    }


def test_what_fails_again_meanwhile_does_not_leave_the_incident() -> None:
    life = Life()
    life.step(30, announced(cells([1, 2, 3]), 0, 25))
    life.step(100, announced(HERE, 0, 99), firsts={("c1", "r3"): Tally(first_good=at(40))})
    life.step(200, announced(cells([1, 2, 3]), 0, 199))
    assert (
        life.step(
            40 + NARROW_S + 10,
            announced(HERE, 0, 349),
            firsts={("c1", "r3"): Tally(first_good=at(205))},
        )
        == []
    )
    assert life.open[0].regions == ("r1", "r2", "r3")


def test_a_silent_region_stays_in_the_incident() -> None:
    life = Life()
    life.step(30, announced(cells([1, 2, 3]), 0, 25))
    life.step(
        35,
        announced(HERE, 0, 34),
        firsts={("c1", "r3"): Tally(first_good=at(30))},
        silent=cells([3]),
    )
    assert life.step(2_000, announced(HERE, 0, 1_999), silent=cells([3])) == []


def test_the_severity_and_the_scope_that_it_had_at_most() -> None:
    life = Life()
    life.step(30, announced(EVERY, 0, 25, scope=Scope.SYSTEM_WIDE))
    (milder,) = life.step(
        40,
        announced(
            EVERY, 0, 39, scope=Scope.SYSTEM_WIDE, severity=Severity.DEGRADED, reason="Slow."
        ),
    )
    assert (milder.incident.severity, milder.incident.reason) == (Severity.DEGRADED, "Slow.")
    firsts = {key: Tally(first_good=at(45)) for key in EVERY - HERE}
    life.step(50, announced(HERE, 0, 49), firsts=firsts)
    (narrower,) = life.step(50 + NARROW_S, announced(HERE, 0, 349), firsts=firsts)
    assert (narrower.incident.scope, narrower.incident.peak) == (Scope.REGIONAL, Scope.SYSTEM_WIDE)


def test_an_incident_taken_from_the_store_goes_on() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    stored = life.open[0]
    life.incidents = OpenIncidents((OpenIncident(stored, HERE),))
    assert life.step(200, announced(HERE, 180, 199, before=170)) == []
    assert life.open[0].started_by == at(0)
    (over,) = life.quiet(206 + RESOLVE_S, 205)
    assert (over.incident.id, over.incident.ended_after, over.incident.ended_by) == (
        stored.id,
        at(199),
        at(205),
    )
