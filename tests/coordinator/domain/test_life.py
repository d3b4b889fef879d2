from dataclasses import replace

from coordinator.domain.incident import Moment
from coordinator.domain.life import incident_id
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import FAST, at, seconds, try_results

NET = topology(services=(("claude", 3),))
ALL = ("r1", "r2", "r3", "r4", "r5")


def test_an_incident_begins_and_ends_between_a_good_and_a_bad_look() -> None:
    trial = try_results(NET, results(NET, at(0), at(80), [Trouble(at(20), at(50), services=["claude"])]))
    assert [event.moment for event in trial.incidents()] == [Moment.OPENED, Moment.RESOLVED]
    incident = trial.incidents()[-1].incident
    assert incident.id == incident_id("claude", incident.started_by)
    assert incident.started_after is not None
    assert incident.ended_after is not None
    assert incident.ended_by is not None
    assert 18 <= seconds(incident.started_after) < 20 <= seconds(incident.started_by) < 22
    assert 48 <= seconds(incident.ended_after) < 50 <= seconds(incident.ended_by) < 52


def test_it_resolves_only_after_all_was_well_for_as_long_as_the_rules_ask() -> None:
    trial = try_results(NET, results(NET, at(0), at(80), [Trouble(at(20), at(50), services=["claude"])]))
    resolved = trial.incidents()[-1]
    assert resolved.moment is Moment.RESOLVED
    assert resolved.incident.ended_by is not None
    assert resolved.at >= resolved.incident.ended_by + 6_000


def test_silence_never_resolves_and_the_truth_afterwards_does() -> None:
    trouble, silence = Trouble(at(20), at(60), services=["claude"]), Silence(at(40), at(120), ALL)
    found = results(NET, at(0), at(150), [trouble], [silence])
    trial = try_results(NET, found, until=at(119))
    assert [event.moment for event in trial.incidents()] == [Moment.OPENED]
    assert trial.claim(at(119))[0] == "unknown"
    whole = try_results(NET, found)
    assert [event.moment for event in whole.incidents()] == [Moment.OPENED, Moment.RESOLVED]
    assert seconds(whole.incidents()[-1].incident.ended_by or 0) < 123


def test_an_affected_region_that_falls_silent_keeps_the_incident_open() -> None:
    trouble, silence = (
        Trouble(at(20), at(50), services=["claude"], regions=["r1", "r2"]),
        Silence(at(40), at(90), ["r2"]),
    )
    trial = try_results(NET, results(NET, at(0), at(90), [trouble], [silence]))
    assert [event.moment for event in trial.incidents()][-1] is not Moment.RESOLVED
    assert trial.incidents()[-1].incident.regions == ("r2",)


def test_a_disruption_that_comes_back_after_its_end_is_a_new_incident() -> None:
    troubles = [Trouble(at(20), at(40), services=["claude"]), Trouble(at(70), at(90), services=["claude"])]
    trial = try_results(NET, results(NET, at(0), at(120), troubles))
    assert [event.moment for event in trial.incidents()] == [Moment.OPENED, Moment.RESOLVED] * 2
    assert len({event.incident.id for event in trial.incidents()}) == 2


def test_a_disruption_that_comes_back_before_its_incident_resolved_is_the_same() -> None:
    troubles = [Trouble(at(20), at(40), services=["claude"]), Trouble(at(45), at(65), services=["claude"])]
    trial = try_results(NET, results(NET, at(0), at(100), troubles))
    assert len({event.incident.id for event in trial.incidents()}) == 1
    assert 64 <= seconds(trial.incidents()[-1].incident.ended_by or 0) < 68


def test_it_widens_at_once_and_narrows_after_steady_evidence() -> None:
    troubles = [
        Trouble(at(20), at(90), services=["claude"], regions=["r1"]),
        Trouble(at(30), at(50), services=["claude"], regions=["r2"]),
    ]
    slow_to_narrow = replace(FAST, narrow_after_ms=15_000)
    trial = try_results(NET, results(NET, at(0), at(120), troubles), slow_to_narrow)
    told = [(event.moment, event.incident.regions) for event in trial.incidents()]
    assert told == [
        (Moment.OPENED, ("r1",)),
        (Moment.UPDATED, ("r1", "r2")),
        (Moment.UPDATED, ("r1",)),
        (Moment.RESOLVED, ("r1",)),
    ]
    widened, narrowed = trial.incidents()[1:3]
    assert widened.at == next(v.at for v in trial.verdicts() if v.regions == ("r1", "r2"))
    assert at(50 + 15) <= narrowed.at <= at(50 + 15 + 5)


def test_its_peak_is_remembered() -> None:
    troubles = [
        Trouble(at(20), at(60), services=["claude"]),
        Trouble(at(60), at(90), services=["claude"], regions=["r1"]),
    ]
    trial = try_results(NET, results(NET, at(0), at(120), troubles))
    resolved = trial.incidents()[-1].incident
    assert (resolved.scope, resolved.peak) == ("regional", "system_wide")


def test_two_failed_looks_at_a_single_cell_are_a_verdict_and_three_an_incident() -> None:
    where = {"services": ["claude"], "components": ["c1"], "regions": ["r1"]}
    two = try_results(NET, results(NET, at(0), at(60), [Trouble(at(20), at(24), **where)]))
    assert two.scopes() == ["none", "regional", "none"]
    assert two.incidents() == []
    three = try_results(NET, results(NET, at(0), at(60), [Trouble(at(20), at(26), **where)]))
    assert [event.moment for event in three.incidents()] == [Moment.OPENED, Moment.RESOLVED]
