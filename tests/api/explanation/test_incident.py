"""What is told of an incident's life."""

from dataclasses import replace
from typing import Any

import pytest

from api.explanation import Names, explain_incident, telling
from coordinator.domain.model.incident import IncidentEvent, Moment, Part, ProbableEnd
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.store.state.incident_rows import ALL, LINE, detail, line, to_line, to_row
from tests.api import seeds
from worker.contract.instant import parse_rfc3339

AT = parse_rfc3339("2026-03-01T14:32:07Z")
NAMES = Names(
    "Claude",
    {"api": "Claude API", "web": "claude.ai", "console": "Claude Console"},
    {region: name for region, (name, *_) in seeds.REGIONS.items()},
    {"openai": "OpenAI"},
)
OPENED = seeds.incident("claude", AT)
PARTS = (
    Part("region", "eu-west", AT - 60_000, AT + 245_000),
    Part("component", "api", AT - 60_000),
)


def document(event: IncidentEvent, cause_service: str | None = None) -> dict[str, Any]:
    """The incident as the store gives it."""
    return detail(
        {
            **dict(zip(ALL, to_row(event), strict=True)),
            "cause_service": cause_service,
            "context": None,
        }
    )


def timeline(*events: IncidentEvent) -> list[dict[str, Any]]:
    """Lines as the API gives them, without verdicts."""
    lines = [line(dict(zip(LINE, to_line(event, None), strict=True))) for event in events]
    return [{**found, "verdict": None} for found in lines]


def changed(after_ms: int, moment: Moment = Moment.UPDATED, **changes: Any) -> IncidentEvent:
    """A later event of the same incident."""
    return IncidentEvent(AT + after_ms, moment, replace(OPENED.incident, **changes))


def told(incident: dict[str, Any], *events: IncidentEvent) -> list[str]:
    return explain_incident(incident, timeline(*events), NAMES).sentences


def test_it_begins_with_what_where_and_since_when() -> None:
    assert told(document(OPENED)) == [
        "Outage of Claude, regional: Claude API in Virginia and Ireland.",
        "It began between 2026-03-01 14:30:37 UTC and 2026-03-01 14:31:07 UTC.",
        "It goes on.",
    ]


def test_its_end_is_an_interval_too_and_its_length_is_told() -> None:
    over = changed(
        600_000,
        Moment.RESOLVED,
        started_after=None,
        ended_after=AT + 240_000,
        ended_by=AT + 270_000,
        resolved_at=AT + 600_000,
        peak=Scope.SYSTEM_WIDE,
    )
    lines = told(document(over))
    assert lines[0].endswith("; at its widest system-wide.")
    assert lines[1] == "It began by 2026-03-01 14:31:07 UTC."
    assert (
        lines[2]
        == "It ended between 2026-03-01 14:36:07 UTC and 2026-03-01 14:36:37 UTC, after about 5 min"
        " 30 s; that was sure at 2026-03-01 14:42:07 UTC."
    )


def test_while_it_probably_is_over_that_is_told_and_the_line_says_so() -> None:
    end = ProbableEnd(AT + 240_000, AT + 270_000, 0.97)
    ending = changed(300_000, Moment.ENDING, probably_over=end, reason="It is probably over.")
    lines = told(document(ending), OPENED, ending)
    assert lines[2] == (
        "It is probably over since between 2026-03-01 14:36:07 UTC and 2026-03-01 14:36:37 UTC"
        " (97%); it is closed when that lasts."
    )
    assert lines[-1] == "2026-03-01 14:37:07 UTC: ending: It is probably over."


def test_the_line_that_tells_most_is_one_at_which_it_was_claimed() -> None:
    opened, ending = timeline(OPENED, changed(300_000, Moment.ENDING))
    kept = [{**opened, "verdict": {"scope": "regional"}}, {**ending, "verdict": {"scope": "none"}}]
    assert telling(kept) is kept[0]


def test_what_comes_and_goes_and_what_shares_its_cause_is_told() -> None:
    incident = document(changed(0, intermittent=True, cause="openai-0001"), "openai")
    cause = {"id": "openai-0001", "service": "openai"}
    incident["alike"] = [cause, {"id": "gemini-0001", "service": "gemini"}]
    assert told(incident)[3:] == [
        "It is intermittent: it came and went several times within an hour.",
        "It most likely shares its cause with incident openai-0001 of OpenAI: they began together.",
        "Most likely of the same cause: incident gemini-0001 of gemini.",
    ]


@pytest.mark.parametrize(
    ("share", "period_ms", "said"),
    [
        (0.42, 299_000, "it fails about 40 % of the time, every 5 min."),
        (0.01, 95_000, "it fails about 5 % of the time, every 1 min 40 s."),
        (None, None, "it came and went several times within an hour."),
    ],
)
def test_how_much_and_how_often_it_comes_and_goes_is_told(
    share: float | None, period_ms: int | None, said: str
) -> None:
    turning = changed(0, intermittent=True, duty_cycle=share, period_ms=period_ms)
    assert told(document(turning))[3] == f"It is intermittent: {said}"


def test_each_part_tells_how_long_it_lasted() -> None:
    assert told(document(changed(0, parts=PARTS)))[3:] == [
        "Ireland: from 2026-03-01 14:31:07 UTC to 2026-03-01 14:36:12 UTC, 5 min 5 s.",
        "Claude API: from 2026-03-01 14:31:07 UTC, and it goes on.",
    ]


def test_the_timeline_tells_what_changed() -> None:
    everything = {
        "scope": Scope.SYSTEM_WIDE,
        "regions": tuple(seeds.REGIONS),
        "components": ("api", "web", "console"),
    }
    wider = changed(60_000, severity=Severity.DEGRADED, **everything)
    again = changed(90_000, intermittent=True, cause="openai-0001")
    over = changed(600_000, Moment.RESOLVED, intermittent=True, cause="openai-0001")
    assert told(document(OPENED), OPENED, wider, again, over)[3:] == [
        "2026-03-01 14:32:07 UTC: opened: outage, regional: Claude API in Virginia and Ireland.",
        "2026-03-01 14:33:07 UTC: updated: degraded, system-wide: everything in 5 regions.",
        (
            "2026-03-01 14:33:37 UTC: updated: outage, regional: Claude API in Virginia and Ireland"
            " (intermittent from now on; likely of one cause with openai-0001)."
        ),
        "2026-03-01 14:42:07 UTC: resolved.",
    ]


def test_the_line_that_tells_most_is_the_last_before_the_end_that_kept_its_evidence() -> None:
    opened, wider, over = timeline(OPENED, changed(60_000), changed(600_000, Moment.RESOLVED))
    assert telling([opened, wider, over]) == wider
    kept = {**opened, "verdict": seeds.verdict("claude", AT)}
    assert telling([kept, wider, over]) == kept
    assert telling([over]) == over
    assert telling([]) is None


def test_at_a_moment_the_line_that_stood_then_is_told() -> None:
    opened, wider = timeline(OPENED, changed(60_000))
    assert telling([opened, wider], "2026-03-01T14:33:06.999Z") == opened
    assert telling([opened, wider], "2026-03-01T14:33:07.000Z") == wider
    assert telling([opened, wider], "2026-03-01T14:32:06.999Z") is None
