"""What was said without reason, and how confidence bore out."""

from coordinator.evaluation.simulator import Family
from tests.verdicts.handmade import facts, incident, truth, verdict
from tests.verdicts.score import score

TRUTH = truth(600, 1200, "regional", "r1", "api")


def test_an_incident_of_what_fails_is_earned_until_two_minutes_after() -> None:
    assert score(facts(TRUTH), [incident(700, "opened", "r1 r2", "api web")]).false_incidents == ()
    assert score(facts(TRUTH), [incident(1319, "opened", "r1", "api")]).false_incidents == ()
    assert len(score(facts(TRUTH), [incident(1321, "opened", "r1", "api")]).false_incidents) == 1


def test_an_incident_of_something_else_is_false() -> None:
    false = [
        incident(700, "opened", "r2", "api"),
        incident(700, "opened", "r1", "web", name="two"),
        incident(700, "opened", "r1", "api", name="three", service="bramble"),
        incident(500, "opened", "r1", "api", name="four"),
    ]
    assert len(score(facts(TRUTH), false).false_incidents) == len(false)


def test_where_nobody_can_know_any_incident_is_false() -> None:
    unknowable = facts(truth(600, 1200, "unknown", "r1", "api"), family=Family.OURS)
    found = score(unknowable, [incident(700, "opened", "r1", "api"), verdict(650, "unknown")])
    assert len(found.false_incidents) == 1
    assert found.cases[0].right_at_3
    assert not found.cases[0].known


def test_where_its_reach_cannot_be_known_an_incident_of_unknown_reach_is_earned() -> None:
    """Not one that claims to know, none elsewhere, and none of a fault of our own."""
    small = truth(600, 1200, "unknown", "r1 r2", "api")
    opened = [
        incident(700, "opened", "r1 r2", "api", scope="unknown"),
        incident(700, "opened", "r1 r2", "api", name="two"),
        incident(700, "opened", "r3", "api", name="three", scope="unknown"),
    ]
    assert score(facts(small), opened[:1]).false_incidents == ()
    assert score(facts(small), opened[:1]).cases[0].detected
    assert len(score(facts(small), opened).false_incidents) == 2
    assert len(score(facts(small, family=Family.OURS), opened).false_incidents) == 3


def test_when_it_should_be_quiet_any_incident_is_false_and_nothing_is_to_be_found() -> None:
    blip = facts(truth(600, 630, "system_wide", "r1 r2", "api"), family=Family.QUIET)
    found = score(
        blip, [verdict(610, "system_wide", "r1 r2", "api"), incident(620, "opened", "r1 r2", "api")]
    )
    assert len(found.false_incidents) == 1
    assert found.cases == ()
    assert found.false_alarms == ()
    assert found.false_wide == ()


def test_system_wide_is_false_while_nothing_is() -> None:
    wide = verdict(700, "system_wide", "r1 r2 r3", "api")
    assert len(score(facts(TRUTH), [wide]).false_wide) == 1
    assert len(score(facts(), [wide]).false_wide) == 1
    true = truth(600, 1200, "system_wide", "r1 r2 r3", "api")
    assert score(facts(true), [wide]).false_wide == ()


def test_a_verdict_of_what_is_well_is_a_false_alarm() -> None:
    said = [
        verdict(500, "regional", "r1", "api"),
        verdict(510, "regional", "r1", "api"),
        verdict(1400, "none"),
    ]
    assert len(score(facts(TRUTH), said).false_alarms) == 1
    assert score(facts(TRUTH), said[1:]).false_alarms != ()
    assert score(facts(TRUTH), [verdict(700, "regional", "r1 r2", "api")]).false_alarms == ()


def test_confidence_is_sampled_twice_a_minute_and_unknown_is_left_out() -> None:
    said = [
        verdict(0, "none", confidence=0.99),
        verdict(1800, "unknown"),
        verdict(3000, "none", confidence=0.8),
    ]
    samples = score(facts(services=("aster",)), said).samples
    assert {(one.confidence, one.right): n for one, n in samples.items()} == {
        (0.99, True): 50,
        (0.8, True): 20,
    }


def test_none_in_a_disruption_is_wrong_and_so_is_a_claim_after_its_end() -> None:
    said = [
        verdict(0, "none", confidence=0.9),
        verdict(900, "regional", "r1", "api", confidence=0.8),
    ]
    samples = score(facts(TRUTH, services=("aster",)), said).samples
    counts = {(one.confidence, one.right): 0 for one in samples}
    for one, n in samples.items():
        counts[one.confidence, one.right] += n
    assert counts == {(0.9, True): 10, (0.9, False): 10, (0.8, True): 10, (0.8, False): 80}
