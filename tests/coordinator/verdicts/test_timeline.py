"""Which verdict becomes the evidence of a line."""

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.verdict import Scope, Severity, Verdict
from coordinator.verdicts.timeline import lines

NOW = 1_772_000_000_000


def verdict(at: int, reason: str = "", service: str = "claude") -> Verdict:
    return Verdict(
        service, at, Severity.OUTAGE, Scope.REGIONAL, ("eu-west",), ("api",), 0.9, reason
    )


def event(at: int, service: str = "claude", moment: Moment = Moment.OPENED) -> IncidentEvent:
    incident = Incident(
        "i1", service, Severity.OUTAGE, Scope.REGIONAL, ("eu-west",), ("api",), at, None, at
    )
    return IncidentEvent(at, moment, incident)


class Present:
    """The present verdicts, and how often they were asked for."""

    def __init__(self, *verdicts: Verdict) -> None:
        self._verdicts = {verdict.service: verdict for verdict in verdicts}
        self.asked: list[str] = []

    def verdict(self, service: str) -> Verdict:
        self.asked.append(service)
        return self._verdicts[service]


def test_a_line_keeps_the_verdict_said_at_the_same_moment() -> None:
    said = verdict(NOW, "said")
    assert list(lines([said, event(NOW)], Present(verdict(NOW + 3000, "later")))) == [
        (event(NOW), said)
    ]


def test_a_line_without_a_new_verdict_keeps_the_present_one() -> None:
    stands = verdict(NOW, "stands")
    assert list(lines([event(NOW)], Present(stands))) == [(event(NOW), stands)]
    assert list(lines([verdict(NOW - 9, "before"), event(NOW)], Present(stands))) == [
        (event(NOW), stands)
    ]


def test_a_verdict_said_afterwards_is_no_evidence() -> None:
    before, after = verdict(NOW - 2000, "before"), verdict(NOW + 1000, "after")
    opened, updated = event(NOW), event(NOW + 1000, moment=Moment.UPDATED)
    told = list(lines([before, opened, after, updated], Present(verdict(NOW + 1000, "now"))))
    assert told == [(opened, before), (updated, after)]
    assert list(lines([opened, after], Present(after))) == [(opened, None)]


def test_each_service_has_its_own_evidence() -> None:
    claude, openai = verdict(NOW, "c"), verdict(NOW, "o", "openai")
    told = list(lines([claude, event(NOW, "openai"), event(NOW)], Present(claude, openai)))
    assert told == [(event(NOW, "openai"), openai), (event(NOW), claude)]


def test_a_service_that_is_judged_no_more_has_no_evidence() -> None:
    assert list(lines([event(NOW)], Present())) == [(event(NOW), None)]


def test_only_what_was_not_said_is_asked_for() -> None:
    present = Present(verdict(NOW), verdict(NOW, service="openai"))
    assert list(lines([verdict(NOW)], present)) == []
    list(lines([verdict(NOW), event(NOW), event(NOW, "openai")], present))
    assert present.asked == ["openai"]
