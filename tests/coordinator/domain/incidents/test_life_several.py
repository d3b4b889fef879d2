"""Several disruptions of one service at once: which are two incidents, and which are one."""

from coordinator.domain.model.incident import Moment
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.tally import Tally
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import (
    EVERY,
    HERE,
    THERE,
    Life,
    announced,
    cells,
)


def test_two_disruptions_of_one_service_are_two_incidents_each_with_its_own_end() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    (second,) = life.step(60, announced(HERE, 0, 55), announced(THERE, 31, 55))
    assert (second.moment, second.incident.regions) == (Moment.OPENED, ("r8", "r9"))
    firsts = {key: Tally(first_good=at(61), last_good=at(170)) for key in HERE}
    life.step(65, announced(THERE, 31, 64), firsts=firsts)
    (over,) = life.step(171, announced(THERE, 31, 170), firsts=firsts)
    assert (over.moment, over.incident.regions) == (Moment.RESOLVED, ("r1", "r2"))
    assert [incident.regions for incident in life.open] == [("r8", "r9")]


def test_a_claim_that_shares_few_cells_is_another_disruption() -> None:
    life = Life()
    life.step(30, announced(cells(range(1, 6)), 0, 25))
    apart = announced(cells(range(5, 11)), 31, 55)
    (second,) = life.step(60, announced(cells(range(1, 6)), 0, 55), apart)
    assert second.moment is Moment.OPENED, "one cell of the five and six"
    assert len(life.open) == 2


def test_when_two_incidents_become_one_the_younger_is_one_with_the_older() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    life.step(60, announced(HERE, 0, 55), announced(THERE, 31, 55))
    older, younger = life.open
    gone, wider = life.step(70, announced(EVERY, 0, 69, scope=Scope.SYSTEM_WIDE))[::-1]
    assert (gone.moment, gone.incident.id) == (Moment.RESOLVED, younger.id)
    assert gone.incident.reason == f"It is one with incident {older.id}."
    assert (wider.moment, wider.incident.id, wider.incident.scope) == (
        Moment.UPDATED,
        older.id,
        Scope.SYSTEM_WIDE,
    )
    assert [incident.id for incident in life.open] == [older.id]


def test_the_older_goes_on_though_the_younger_shares_more_with_the_claim() -> None:
    life, small, large = Life(), cells([1]), cells([6, 7, 8, 9], ["c2"])
    life.step(30, announced(small, 0, 25))
    life.step(60, announced(small, 0, 55), announced(large, 31, 55))
    older, younger = life.open
    life.step(70, announced(EVERY, 0, 69, scope=Scope.SYSTEM_WIDE))
    assert [incident.id for incident in life.open] == [older.id]
    assert life.open[0].started_by == at(0)
    assert younger.id in {e.incident.id for e in life.events if e.moment is Moment.RESOLVED}


def test_incidents_that_are_each_claimed_stay_apart_though_a_claim_reaches_both() -> None:
    life = Life()
    life.step(30, announced(HERE, 0, 25))
    life.step(60, announced(HERE, 0, 55), announced(THERE, 31, 55))
    life.step(70, announced(HERE, 0, 69), announced(THERE | {("c1", "r2")}, 31, 69))
    assert len(life.open) == 2
