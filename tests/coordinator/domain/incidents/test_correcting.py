"""History after a backlog arrived: what incidents should have been, and what is said of it."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.incidents.correcting import as_told, corrected, matching, revisions
from coordinator.domain.model.incident import Closed, Incident, IncidentEvent, Moment
from coordinator.domain.schedule.arrivals import as_if_timely
from tests.coordinator.domain.engine_worlds import NET, World, thorough, worlds
from tests.scenarios.internet import Trouble, results
from tests.scenarios.trial import FAST, at, try_results
from worker.contract.result import Result

LATE_MS = {check.id: check.timeout_ms + check.interval_ms for check in NET.checks}
WHY = "40 seconds of looks from r2 arrived at 12:01 UTC"


def cut_off(found: Iterable[Result], region: str, since: float, until: float) -> list[Result]:
    """The same results, those of a region and a time received when it was heard again."""
    return sorted(
        (
            one._replace(received_at=at(until) + index % 7)
            if one.region == region and at(since) <= one.scheduled_at < at(until) - 1_000
            else one
            for index, one in enumerate(found)
        ),
        key=lambda one: (one.received_at, one.id),
    )


def told_live(found: list[Result], until: float) -> list[Incident]:
    """What the incidents were by what was received."""
    trial = try_results(NET, found, until=at(until))
    last = {event.incident.id: event.incident for event in trial.incidents()}
    return as_told(trial.engine.cases(), last.values())


def told_again(found: list[Result], until: float) -> list[Incident]:
    """What they should have been: judged again as history is."""
    engine = Engine(NET, FAST)
    timely = [as_if_timely(one, LATE_MS[one.check]) for one in found]
    said = engine.restore(timely, [], at(until), None, stand=False)
    last = {e.incident.id: e.incident for e in said if isinstance(e, IncidentEvent)}
    return as_told(engine.cases(), last.values())


def spans(incident: Incident) -> dict[str, tuple[int, int | None]]:
    return {part.name: (part.since, part.until) for part in incident.parts if part.axis == "region"}


def test_an_outage_that_ended_while_a_region_was_not_heard_ended_there_when_it_did() -> None:
    found = results(NET, at(0), at(120), [Trouble(at(20), at(60), services=["claude"])])
    cut = cut_off(found, "r2", 40, 90)
    (live,) = told_live(cut, 120)
    lines = revisions([live], told_again(cut, 120), at(120), WHY)
    after = lines[-1].incident if lines else live
    assert {line.moment for line in lines} <= {Moment.REVISED}
    (true,) = told_live(found, 120)
    for region, (since, until) in spans(true).items():
        told_since, told_until = spans(after)[region]
        assert abs(told_since - since) <= 2_000
        assert until is not None
        assert told_until is not None
        assert abs(told_until - until) <= 2_000
    assert all(line.note.startswith(WHY) for line in lines)


def test_a_region_that_began_to_fail_while_it_was_not_heard_is_told_with_its_time() -> None:
    troubles = [
        Trouble(at(20), at(80), services=["claude"], regions=["r1", "r3", "r4"]),
        Trouble(at(45), at(80), services=["claude"], regions=["r2"]),
    ]
    cut = cut_off(results(NET, at(0), at(130), troubles), "r2", 35, 110)
    (live,) = told_live(cut, 130)
    assert "r2" not in spans(live)
    (line,) = revisions([live], told_again(cut, 130), at(130), WHY)
    since, until = spans(line.incident)["r2"]
    assert at(45) <= since <= at(48)
    assert until is not None
    assert at(80) <= until <= at(84)
    assert "its times in regions and components" in line.note
    assert line.incident.id == live.id


def test_what_was_over_before_anybody_heard_of_it_is_in_history_all_the_same() -> None:
    found = results(
        NET, at(0), at(140), [Trouble(at(30), at(70), regions=["r2"], services=["claude"])]
    )
    cut = cut_off(found, "r2", 25, 110)
    assert told_live(cut, 140) == []
    opened, resolved = revisions([], told_again(cut, 140), at(140), WHY)
    assert (opened.moment, resolved.moment) == (Moment.OPENED, Moment.RESOLVED)
    assert resolved.incident.regions == ("r2",)
    assert at(30) <= resolved.incident.started_by <= at(33)
    assert resolved.incident.opened_at == at(140)
    assert "before anybody heard of it" in opened.note


def test_history_that_is_right_is_left_alone() -> None:
    found = results(NET, at(0), at(120), [Trouble(at(20), at(60), services=["claude"])])
    live = told_live(found, 120)
    assert revisions(live, told_again(found, 120), at(120), WHY) == []


@thorough
@given(worlds, st.sampled_from(["r1", "r2", "r3", "r4"]), st.integers(5, 20), st.integers(21, 40))
def test_replayed_with_late_results_history_is_what_it_was_corrected_to(
    world: World, region: str, since: int, until: int
) -> None:
    cut = cut_off(world.results(), region, since, until)
    live, again = told_live(cut, 60), told_again(cut, 60)
    after = {incident.id: incident for incident in live}
    for event in revisions(live, again, at(60), WHY):
        after[event.incident.id] = event.incident
    # corrected once more, nothing is left to correct
    assert revisions(list(after.values()), again, at(60), WHY) == []
    for incident in after.values():
        match = matching(incident, again)
        if match is not None:
            assert incident.parts == match.parts
            assert incident.started_by == match.started_by


def test_an_incident_whose_end_nobody_saw_gets_none() -> None:
    found = results(NET, at(0), at(120), [Trouble(at(20), at(60), services=["claude"])])
    (true,) = told_live(found, 120)
    for why in (Closed.UNSEEN, Closed.REMOVED):
        unseen = Incident(
            **{
                **{name: getattr(true, name) for name in Incident.__dataclass_fields__},
                "closed_because": why,
                "ended_by": None,
                "ended_after": None,
            }
        )
        assert corrected(unseen, true).ended_by is None
