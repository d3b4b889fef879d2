"""An incident that rests on sick workers is withdrawn; a real outage never is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.incidents.life import OVER
from coordinator.domain.model.incident import IncidentEvent, Moment
from tests.coordinator.domain.engine_worlds import NET as SMALL
from tests.coordinator.domain.engine_worlds import REGIONS, World, thorough, worlds
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import FAST, Trial, at, feed, seconds, try_results
from worker.contract.result import Result

ALONE = topology(regions=5, services=(("claude", 3),), references=0)
"""Nothing tells whether it is the service that fails, or all that a region looks at."""
CONTROLLED = topology(regions=5, services=(("claude", 3),), references=4)
ADDED_S, UNTIL_S = 80, 130
SICK = [(0.3, 2), (0.6, 1), (0.6, 2)]
"""(share that r2 loses of everything from 60 s to 110 s, seed): it opens an incident."""


def lost(share: float, seed: int, until: float = 110) -> list[Result]:
    sick = Trouble(at(60), at(until), regions=["r2"], share=share)
    later = Trouble(at(116), regions=["r2"], services=["claude"])
    return results(CONTROLLED, at(0), at(UNTIL_S), [sick, later], noise=0.002, seed=seed)


def with_references_at_last(found: list[Result], until: float = UNTIL_S) -> Trial:
    """References are looked at from some moment on only: they tell that it was r2 all along."""
    trial = Trial(Engine(ALONE, FAST))
    feed(trial, [one for one in found if one.received_at <= at(ADDED_S)], at(ADDED_S))
    trial.engine.reconfigure(CONTROLLED, FAST)
    rest = [one for one in found if at(ADDED_S) < one.received_at <= at(until)]
    feed(trial, rest, at(until))
    return trial


def told(events: list[IncidentEvent], moment: Moment) -> list[IncidentEvent]:
    return [event for event in events if event.moment is moment]


@pytest.mark.parametrize(("share", "seed"), SICK)
def test_an_incident_of_a_region_that_is_found_sick_is_withdrawn_soon(
    share: float, seed: int
) -> None:
    trial = with_references_at_last(lost(share, seed))
    (gone,) = told(trial.incidents(), Moment.WITHDRAWN)
    assert seconds(gone.at) < ADDED_S + 15
    assert gone.incident.regions == ("r2",)
    assert gone.incident.reason.startswith("r2 was found sick at ")
    assert gone.incident.reason.endswith(" % of everything.")


@pytest.mark.parametrize(("share", "seed"), SICK)
def test_an_outage_after_it_is_an_incident_of_its_own(share: float, seed: int) -> None:
    events = with_references_at_last(lost(share, seed)).incidents()
    first, second = told(events, Moment.OPENED)
    assert seconds(second.incident.started_by) >= 116
    assert first.incident.id != second.incident.id
    last = {event.incident.id: event.incident for event in events}
    assert [last[one.incident.id].withdrawn for one in (first, second)] == [True, False]


@pytest.mark.parametrize("cut", [84, 88, 92, 100, 120])
def test_a_restart_at_any_moment_withdraws_just_the_same(cut: float) -> None:
    found = lost(0.6, 1)
    through = with_references_at_last(found)
    before = with_references_at_last(found, cut)
    last = {event.incident.id: event for event in before.incidents()}
    still_open = [event.incident for event in last.values() if event.moment not in OVER]
    restored = Trial(Engine(CONTROLLED, FAST))
    heard = {check.id for check in ALONE.checks}
    past = [
        one
        for one in found
        if one.received_at <= at(cut) and (one.check in heard or one.received_at > at(ADDED_S))
    ]
    restored.engine.restore(past, still_open, at(cut))
    feed(restored, [one for one in found if one.received_at > at(cut)], at(UNTIL_S))
    assert restored.incidents() == [event for event in through.incidents() if event.at > at(cut)]


NET = topology(regions=5, services=(("claude", 3), ("openai", 2)), references=3)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("share", [0.2, 0.35, 0.6, 1.0])
@pytest.mark.parametrize("after", [2, 12, 25])
def test_a_real_outage_is_not_withdrawn_when_its_region_falls_sick_as_well(
    after: float, share: float, seed: int
) -> None:
    down = Trouble(at(60), regions=["r2"], services=["claude"], share=0.8)
    sick = Trouble(at(60 + 12 + after), regions=["r2"], share=share)
    trial = try_results(
        NET, results(NET, at(30), at(130), [down, sick], workers=2, noise=0.002, seed=seed)
    )
    assert told(trial.incidents("claude"), Moment.OPENED)
    assert not told(trial.incidents("claude"), Moment.WITHDRAWN)


@pytest.mark.parametrize("seed", range(3))
def test_a_region_that_is_cut_off_after_its_incident_opened_keeps_it(seed: int) -> None:
    down = Trouble(at(60), regions=["r2"], services=["claude"])
    dying = Trouble(at(75), regions=["r2"])
    off = Silence(at(78), at(400), ["r2"])
    found = results(NET, at(30), at(110), [down, dying], [off], workers=2, seed=seed)
    trial = try_results(NET, found)
    (opened,) = told(trial.incidents(), Moment.OPENED)
    assert [event.incident.id for event in trial.incidents()] == [opened.incident.id]
    assert trial.engine._judges["claude"].open_incidents() == [opened.incident]


@given(worlds, st.lists(st.sampled_from(REGIONS), max_size=2))
@thorough
def test_whatever_fails_of_a_service_alone_is_never_withdrawn(
    world: World, cut_off: list[str]
) -> None:
    silences = [*world.silences, *([Silence(at(25), at(90), cut_off)] if cut_off else [])]
    real = [replace(trouble, services=["claude"]) for trouble in world.troubles]
    trial = try_results(SMALL, replace(world, troubles=real, silences=silences).results())
    assert not told(trial.incidents(), Moment.WITHDRAWN)
