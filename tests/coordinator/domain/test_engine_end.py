"""What becomes of a disruption as its end is near, and of one that comes back."""

from dataclasses import replace

from coordinator.domain.engine import Engine
from tests.coordinator.domain.engine_worlds import NET
from tests.scenarios.internet import Trouble, results
from tests.scenarios.trial import FAST, Trial, at, feed, seconds, try_results


def test_what_is_claimed_is_looked_at_again_at_once_when_it_may_be_over() -> None:
    """Of what is claimed only, and no more once all is well."""
    trouble = Trouble(at(240), at(270), services=["claude"], components=["c1"])
    found = results(NET, at(0), at(300), [trouble], workers=2)
    trial, asked = Trial(Engine(NET, FAST)), dict[int, set[str]]()
    for second in range(1, 300):
        taken = [one for one in found if at(second - 1) < one.received_at <= at(second)]
        feed(trial, taken, at(second))
        asked[second] = {ask.check for ask in trial.engine.asks()}
    ended = next(v for v in trial.verdicts() if v.scope == "none" and v.at > at(270))
    over = round(seconds(ended.at))
    assert not any(asked[second] for second in range(250, 270)), "it is claimed, and goes on"
    assert set().union(*(asked[second] for second in range(270, over))) == {"claude-c1"}
    assert not any(asked[second] for second in range(over + 1, 300))


def test_an_incident_tells_since_when_it_probably_is_over_until_that_is_sure() -> None:
    trouble = Trouble(at(240), at(270), services=["claude"])
    trial = try_results(NET, results(NET, at(0), at(500), [trouble], workers=2), FAST)
    opened, *_, ending, resolved = trial.incidents()
    assert [ending.moment, resolved.moment] == ["ending", "resolved"]
    end = ending.incident.probably_over
    assert opened.incident.probably_over is resolved.incident.probably_over is None
    assert end is not None
    assert (end.after, end.by) == (resolved.incident.ended_after, resolved.incident.ended_by)
    assert end.after < at(270) < end.by
    assert end.chance >= 0.9
    well = next(v for v in trial.verdicts() if v.scope == "none" and v.at > at(270))
    assert ending.at == well.at, "as soon as it is claimed no more"
    assert resolved.at > ending.at


def test_what_comes_and_goes_is_one_incident_with_its_duty_cycle() -> None:
    """Down for 12 s in 30: no outage, however surely each of its looks fails meanwhile."""
    down = [Trouble(at(240 + 30 * n), at(252 + 30 * n), services=["claude"]) for n in range(5)]
    rules = replace(FAST, resolve_after_ms=60_000)
    trial = try_results(NET, results(NET, at(0), at(385), down, workers=2), rules)
    assert len({event.incident.id for event in trial.incidents()}) == 1
    last = trial.incidents()[-1].incident
    assert last.intermittent
    assert last.duty_cycle is not None
    assert abs(last.duty_cycle - 0.4) < 0.1
    assert last.period_ms is not None
    assert abs(last.period_ms - 30_000) < 3_000
    severities = [(v.at, v.severity) for v in trial.verdicts() if v.scope == "system_wide"]
    assert {severity for when, severity in severities if when < at(300)} == {"outage"}
    assert {severity for when, severity in severities if when > at(330)} == {"degraded"}
    said = [v.reason for v in trial.verdicts() if v.at > at(330) and v.scope == "system_wide"]
    assert all("it fails about 40 % of the time, every 30 s." in reason for reason in said)
