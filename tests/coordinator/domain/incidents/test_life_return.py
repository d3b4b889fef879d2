"""What comes back after its end: another incident, the same one, or an intermittent one."""

from coordinator.domain.model.incident import Moment
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import (
    HERE,
    HOUR_S,
    RESOLVE_S,
    THERE,
    Life,
    announced,
)


def test_what_is_found_again_with_the_same_start_is_never_opened_twice() -> None:
    life = Life()
    first = life.cell_span(0, HERE)
    (again,) = life.step(200, announced(HERE, 0, 195))
    assert (again.moment, again.incident.id, again.incident.intermittent) == (
        Moment.UPDATED,
        first.id,
        False,
    )
    assert again.incident.resolved_at is None


def test_the_second_time_is_another_incident() -> None:
    life = Life()
    first, second = life.cell_span(0, HERE), life.cell_span(300, HERE)
    assert first.id != second.id
    assert not second.intermittent


def test_the_third_time_within_an_hour_is_an_intermittent_incident() -> None:
    life = Life()
    first = life.cell_span(0, HERE)
    life.cell_span(300, HERE)
    (again,) = life.step(640, announced(HERE, 600, 635))
    assert (again.moment, again.incident.intermittent) == (Moment.UPDATED, True)
    assert again.incident.id == first.id
    assert (again.incident.ended_by, again.incident.resolved_at) == (None, None)
    assert again.incident.started_by == at(0)
    assert len(life.open) == 1


def test_what_comes_back_after_days_is_not_intermittent_though_nobody_stepped_meanwhile() -> None:
    life = Life()
    for start in (0, 300):
        life.cell_span(start, HERE)
    (later,) = life.step(2 * HOUR_S + 40, announced(HERE, 2 * HOUR_S, 2 * HOUR_S + 35))
    assert (later.moment, later.incident.intermittent) == (Moment.OPENED, False)


def test_an_intermittent_incident_takes_three_times_as_long_to_resolve() -> None:
    life = Life()
    for start in (0, 300):
        life.cell_span(start, HERE)
    life.step(640, announced(HERE, 600, 635))
    assert life.quiet(645 + 3 * RESOLVE_S, 645) == []
    (over,) = life.quiet(646 + 3 * RESOLVE_S, 645)
    assert (over.moment, over.incident.intermittent) == (Moment.RESOLVED, True)
    assert (over.incident.ended_after, over.incident.ended_by) == (at(635), at(645))


def test_what_came_back_after_an_hour_or_elsewhere_is_not_intermittent() -> None:
    life = Life()
    for start in (0, 300):
        life.cell_span(start, HERE)
    (elsewhere,) = life.step(640, announced(THERE, 600, 635))
    assert (elsewhere.moment, elsewhere.incident.intermittent) == (Moment.OPENED, False)
    life = Life()
    for start in (0, 300):
        life.cell_span(start, HERE)
    assert life.step(HOUR_S + 205, announced(HERE, HOUR_S + 200, HOUR_S + 205)) == []
    (later,) = life.step(HOUR_S + 240, announced(HERE, HOUR_S + 200, HOUR_S + 235))
    assert (later.moment, later.incident.intermittent) == (
        Moment.OPENED,
        False,
    ), "the first ended over an hour ago"


def test_incidents_that_ended_long_ago_are_forgotten() -> None:
    life = Life()
    life.cell_span(0, HERE)
    assert len(life.incidents.ended) == 1
    life.quiet(2 * HOUR_S, HOUR_S)
    assert life.incidents.ended == ()
