"""What rests on nothing any more is withdrawn, and what rests on less is revised."""

from collections.abc import Mapping

import numpy as np
import pytest

from coordinator.domain.inference.refinement import Remains
from coordinator.domain.model.incident import Moment
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import Life, announced, cells

LOST = "it lost 40 % of everything"


def left(sick: Mapping[str, str], **nats: float) -> Remains:
    """So many nats are left in each region, and these were sick."""
    return Remains({region: np.array([[told]]) for region, told in nats.items()}, sick)


def open_life(*regions: int) -> Life:
    """An incident of these regions that began at 100 s and is open at 130 s."""
    life = Life()
    (opened,) = life.step(130, announced(cells(regions), 100, 125))
    assert opened.moment is Moment.OPENED
    return life


GONE = left({"r1": LOST}, r1=0.5)


def test_an_incident_of_a_region_that_was_found_sick_is_withdrawn_with_the_reason() -> None:
    life = open_life(1)
    assert life.step(140, remains=GONE) == []
    (over,) = life.step(151, remains=GONE)
    assert over.moment is Moment.WITHDRAWN
    assert over.incident.reason == f"r1 was found sick at 08:02 UTC: {LOST}."
    assert (over.incident.withdrawn, over.incident.resolved_at) == (True, at(151))
    assert life.open == []


@pytest.mark.parametrize(
    "remains",
    [
        None,
        left({}, r1=0.0),
        left({"r2": LOST}, r1=0.0, r2=0.0),
        left({"r1": LOST}, r1=7.5),
    ],
    ids=["nobody was sick", "nothing left", "another was sick", "much left"],
)
def test_nothing_is_withdrawn_without_a_sick_region_of_which_nothing_is_left(
    remains: Remains | None,
) -> None:
    life = open_life(1)
    for now in range(140, 400, 10):
        assert life.step(now, silent=cells([1]), remains=remains) == []


def test_what_is_claimed_is_not_withdrawn() -> None:
    life = open_life(1)
    for now in range(140, 200, 10):
        life.step(now, announced(cells([1]), 100, now - 5), remains=GONE)
    assert life.moments == ["opened"]


def test_evidence_that_comes_back_meanwhile_keeps_it() -> None:
    life = open_life(1)
    life.step(140, remains=GONE)
    life.step(148, remains=left({"r1": LOST}, r1=9.0))
    assert life.step(155, remains=GONE) == []
    assert life.step(166, remains=GONE)[0].moment is Moment.WITHDRAWN


def test_while_other_regions_still_show_it_it_is_revised() -> None:
    life = open_life(1, 2)
    part = left({"r1": LOST}, r1=0.0, r2=20.0)
    life.step(140, announced(cells([2]), 100, 135), remains=part)
    told = life.step(151, announced(cells([2]), 100, 145), remains=part)
    assert (told[0].moment, told[0].note) == (
        Moment.REVISED,
        f"r1 was found sick at 08:02 UTC: {LOST}.",
    )
    (still,) = life.open
    assert (still.regions, still.withdrawn) == (("r2",), False)
    assert {part.name for part in still.parts if part.axis == "region"} == {"r2"}


def test_it_is_revised_though_nothing_is_claimed_any_more() -> None:
    life = open_life(1, 2)
    part = left({"r1": LOST}, r1=0.0, r2=20.0)
    life.step(140, remains=part)
    (told,) = life.step(151, remains=part)
    assert (told.moment, told.incident.regions) == (Moment.REVISED, ("r2",))
    assert "in 1 of 10 regions" in told.incident.reason


def test_too_little_in_the_other_regions_carries_no_incident() -> None:
    life = open_life(1, 2)
    part = left({"r1": LOST}, r1=0.0, r2=4.0)
    life.step(140, remains=part)
    (over,) = life.step(151, remains=part)
    assert (over.moment, over.incident.reason[:3]) == (Moment.WITHDRAWN, "r1 ")


def test_little_evidence_in_each_of_many_regions_is_not_lost_by_one_that_is_sick() -> None:
    life = open_life(1, 2, 3, 4)
    part = left({"r1": LOST}, r1=1.5, r2=2.5, r3=2.5, r4=2.5)
    life.step(140, remains=part)
    (told,) = life.step(151, remains=part)
    assert (told.moment, told.incident.regions) == (Moment.REVISED, ("r2", "r3", "r4"))


def test_what_comes_back_with_evidence_of_its_own_is_another_incident() -> None:
    life = open_life(1)
    life.step(140, remains=GONE)
    (gone,) = life.step(151, remains=GONE)
    (again,) = life.step(240, announced(cells([1]), 200, 235))
    assert (again.moment, again.incident.withdrawn) == (Moment.OPENED, False)
    assert again.incident.id != gone.incident.id


def test_what_comes_back_with_the_same_start_is_another_incident_too() -> None:
    life = open_life(1)
    life.step(140, remains=GONE)
    (gone,) = life.step(151, remains=GONE)
    (again,) = life.step(180, announced(cells([1]), 100, 175))
    assert (again.moment, again.incident.withdrawn) == (Moment.OPENED, False)
    assert again.incident.id != gone.incident.id


def test_what_was_withdrawn_is_no_coming_and_going() -> None:
    life = Life()
    for begin in (100, 300, 500, 700):
        (opened,) = life.step(begin + 30, announced(cells([1]), begin, begin + 25))
        assert (opened.moment, opened.incident.intermittent) == (Moment.OPENED, False)
        life.step(begin + 40, remains=GONE)
        assert life.step(begin + 51, remains=GONE)[0].moment is Moment.WITHDRAWN
