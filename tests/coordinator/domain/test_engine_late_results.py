"""Results that come in late correct the past and raise no alarm."""

from tests.coordinator.domain.engine_worlds import NET, said
from tests.scenarios.internet import Trouble, results
from tests.scenarios.trial import at, seconds, try_results
from worker.contract.outcome import Reason


def test_a_backlog_of_late_failures_corrects_the_past_and_opens_nothing() -> None:
    hour = results(NET, at(0), at(60), [Trouble(at(20), at(40), services=["claude"])])
    late = [
        r._replace(received_at=r.received_at + 60_000) if seconds(r.scheduled_at) < 50 else r
        for r in hour
    ]
    trial = try_results(NET, late, until=at(130))
    assert trial.incidents() == []
    assert "system_wide" not in trial.scopes()


def test_late_failures_tell_that_an_outage_began_earlier() -> None:
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    backlog = [
        r._replace(received_at=at(45)) if 18 <= seconds(r.scheduled_at) < 34 else r
        for r in found
        if r.service == "claude"
    ] + [r for r in found if r.service != "claude"]
    trial = try_results(NET, backlog, until=at(60))
    assert seconds(trial.incidents()[-1].incident.started_by) < 22


def test_a_worker_that_is_late_with_everything_does_not_vote_and_is_not_unfit() -> None:
    trial = try_results(
        NET, results(NET, at(0), at(40), [Trouble(at(20), regions=["r2"], reason=Reason.LATE)])
    )
    assert trial.fitness("r2") == ["fit"]
    whys = {cell.why for cell in said(trial).cells if cell.region == "r2"}
    assert whys == {"our workers were late or their clocks wrong"}


def test_a_backlog_of_everything_that_failed_meanwhile_raises_no_alarm() -> None:
    found = results(NET, at(0), at(130), [Trouble(at(50), at(104), services=["claude"])])
    late = [
        r._replace(received_at=at(110)) if 50 <= seconds(r.scheduled_at) < 104 else r for r in found
    ]
    trial = try_results(NET, late, until=at(130))
    assert trial.scopes() == ["none", "unknown", "none"]
    assert trial.incidents() == []


def test_results_that_always_come_in_late_raise_no_alarm_of_their_own() -> None:
    """Later than a timeout and an interval, and still soon enough to speak for the present."""
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    late = [
        r._replace(received_at=r.scheduled_at + 4_500)
        if r.service == "claude" and r.scheduled_at >= at(20)
        else r
        for r in found
    ]
    trial = try_results(NET, late, until=at(60))
    assert set(trial.scopes()) == {"none", "unknown"}
    assert trial.incidents() == []
