"""Where rules differ, for how long, and how often they agree."""

from typing import Any

from coordinator.evaluation.comparison import Claim, Stretch, compare
from worker.contract.instant import rfc3339

START = 1_772_000_000_000
NONE = Claim("none")
API = Claim("component", ("eu", "us"), ("api",))
ALL = Claim("system_wide", ("eu", "us"), ("api", "web"))


def at(minutes: float) -> int:
    return START + round(minutes * 60_000)


def said(
    *verdicts: tuple[float, Claim], service: str = "claude", severity: str = "outage"
) -> list[dict[str, Any]]:
    return [
        {
            "type": "verdict",
            "at": rfc3339(at(when)),
            "service": service,
            "severity": severity,
            **claim.to_record(),
        }
        for when, claim in verdicts
    ]


def opened(count: int) -> list[dict[str, Any]]:
    return [
        {"type": "incident", "event": event} for event in ("opened", "updated", "resolved")
    ] * count


def test_a_difference_goes_from_when_rules_part_until_they_meet_again() -> None:
    first = said((0, NONE), (10, API), (20, NONE))
    second = said((0, NONE), (13, API), (20, NONE))
    found = compare(("a", "b"), (first, second), at(30))
    assert list(found.differences()) == [Stretch(at(10), at(13), "claude", (API, NONE))]


def test_a_difference_in_regions_or_components_is_one_but_severity_is_not() -> None:
    one = Claim("component", ("eu",), ("api",))
    found = compare(("a", "b"), (said((0, API)), said((0, one))), at(1))
    assert [stretch.says for stretch in found.differences()] == [(API, one)]
    worse = said((0, API), severity="outage") + said((5, API), severity="degraded")
    assert not list(compare(("a", "b"), (worse, said((0, API))), at(10)).differences())


def test_each_service_is_compared_by_itself_and_told_in_order_of_time() -> None:
    first = said((0, NONE), (5, ALL)) + said((0, NONE), (2, ALL), service="openai")
    second = said((0, NONE)) + said((0, NONE), service="openai")
    found = list(compare(("a", "b"), (first, second), at(10)).differences())
    assert [(stretch.since, stretch.service) for stretch in found] == [
        (at(2), "openai"),
        (at(5), "claude"),
    ]


def test_a_service_is_compared_from_when_every_rule_has_spoken_of_it() -> None:
    found = compare(("a", "b"), (said((0, ALL)), said((4, NONE), (6, ALL))), at(10))
    assert list(found.differences()) == [Stretch(at(4), at(6), "claude", (ALL, NONE))]
    assert [summary.lasted_ms["system_wide"] for summary in found.summaries] == [360_000, 240_000]


def test_the_summary_counts_changes_incidents_and_time() -> None:
    first = said((0, NONE), (10, API), (20, NONE)) + opened(1)
    second = said((0, NONE), (10, API), (12, ALL), (20, NONE)) + opened(2)
    a, b = compare(("a", "b"), (first, second), at(40)).summaries
    assert (a.changes, a.incidents, a.agreement) == (2, 1, 1.0)
    assert (b.changes, b.incidents, b.agreement) == (3, 2, 0.8)
    assert b.to_record()["seconds"] == {
        "none": 1800.0, "regional": 0.0, "component": 120.0, "system_wide": 480.0, "unknown": 0.0,
    }  # fmt: skip


def test_three_rules_are_told_side_by_side() -> None:
    found = compare(
        ("a", "b", "c"), (said((0, NONE)), said((0, NONE)), said((0, NONE), (1, ALL))), at(2)
    )
    difference, *summaries = found.to_records()
    assert difference == {
        "type": "difference",
        "from": rfc3339(at(1)),
        "to": rfc3339(at(2)),
        "service": "claude",
        "says": {"a": NONE.to_record(), "b": NONE.to_record(), "c": ALL.to_record()},
    }
    assert [summary["rule"] for summary in summaries] == ["a", "b", "c"]


def test_rules_that_say_nothing_agree() -> None:
    found = compare(("a", "b"), ([], []), at(1))
    assert not found.stretches
    assert [summary.agreement for summary in found.summaries] == [1.0, 1.0]
