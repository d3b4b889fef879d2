"""The frame around every baseline: order, repeats, silence, the words of the records."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.evaluation.baselines import BASELINES, judge_by
from tests.coordinator.evaluation.baselines.streams import (
    BEGIN,
    REGIONS,
    everywhere,
    look,
    looks,
    net,
    said,
)
from worker.contract.outcome import Reason
from worker.contract.result import Result

KNOWING = [name for name in BASELINES if name != "blameit"]
OUTAGE = looks(everywhere("." * 4 + "x" * 16 + "." * 30))


@pytest.mark.parametrize("rule", BASELINES)
def test_every_rule_finds_a_total_outage_and_its_end(rule: str) -> None:
    told = said(rule, OUTAGE)
    assert "system_wide" in told.scopes
    assert told.last[0] == "none"
    assert (told.incidents[0], told.incidents[-1]) == ("opened", "resolved")


@pytest.mark.parametrize("rule", BASELINES)
def test_only_blameit_ever_says_unknown(rule: str) -> None:
    found = looks(everywhere("..x x  xx..x", {"r2": "            ", "r3": "xxxxxxxxxxxx"}))
    assert ("unknown" in said(rule, found, minutes=60).scopes) == (rule == "blameit")


@pytest.mark.parametrize("rule", BASELINES)
def test_every_result_three_times_says_the_same(rule: str) -> None:
    later = [result._replace(received_at=result.received_at + 700) for result in OUTAGE]
    once = said(rule, OUTAGE).records
    assert said(rule, OUTAGE + OUTAGE).records == once
    assert said(rule, OUTAGE + later).last == said(rule, OUTAGE).last


@pytest.mark.parametrize("rule", BASELINES)
def test_a_late_look_is_counted_in_its_place(rule: str) -> None:
    """A failed look that took longer than the good one after it is no news."""
    found = looks(everywhere("...."))
    late = [
        look(1, region, True, received_at=BEGIN + 4 * 30_000, worker="second")
        for region in REGIONS[:1]
    ]
    assert said(rule, found + late, net(3)).last[0] in ("none", "unknown")


def test_the_workers_of_a_region_are_one_checker_that_looks_more_often() -> None:
    votes = looks(everywhere("..xx"))
    assert said("gatus", votes).last[0] == "none"
    assert (
        said("gatus", votes + looks(everywhere("..xx"), worker="second")).last[0] == "system_wide"
    )


@pytest.mark.parametrize("rule", KNOWING)
def test_an_incident_tells_between_which_looks_it_began_and_ended(rule: str) -> None:
    incidents = [record for record in judge_by(rule, OUTAGE, net()) if record["type"] == "incident"]
    opened, resolved = incidents[0], incidents[-1]
    assert opened["started_after"] < opened["started_by"] <= opened["at"]
    assert resolved["ended_after"] < resolved["ended_by"] <= resolved["at"]
    assert resolved["id"] == opened["id"]
    assert {
        "started_by",
        "ended_by",
        "event",
        "service",
        "scope",
        "regions",
        "components",
    } <= opened.keys()


def test_verdicts_are_told_on_whole_seconds_and_only_when_they_change() -> None:
    told = said("openstatus", OUTAGE)
    assert all(record["at"].endswith(".000Z") for record in told.records)
    assert all(a != b for a, b in zip(told.claims, told.claims[1:], strict=False))
    assert all(
        record["confidence"] == 1.0 for record in told.records if record["type"] == "verdict"
    )


def test_later_results_than_until_are_left_out() -> None:
    assert said("openstatus", OUTAGE, minutes=1.9).scopes == ["none"]


def test_without_results_there_is_nothing_to_say_until_a_time_is_given() -> None:
    assert said("gatus", []).scopes == []
    assert said("gatus", [], minutes=1).scopes == ["none"]


def test_unknown_checks_and_regions_are_ignored() -> None:
    strange = [r._replace(check="no-such") for r in OUTAGE] + [
        r._replace(region="elsewhere") for r in OUTAGE
    ]
    assert said("openstatus", strange, minutes=60).scopes == ["none"]


def test_an_unknown_rule_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        judge_by("no-such-rule", [], net())


_RESULT = st.builds(
    look,
    slot=st.integers(0, 60),
    region=st.sampled_from(REGIONS),
    bad=st.booleans(),
    component=st.sampled_from(["c1", "c2", "ref1"]),
    worker=st.sampled_from(["a", "b"]),
    reason=st.sampled_from(list(Reason)),
)


@settings(max_examples=60, deadline=None)
@given(
    found=st.lists(_RESULT, max_size=60),
    delays=st.lists(st.integers(-60_000, 600_000), min_size=1, max_size=20),
    rule=st.sampled_from(sorted(BASELINES)),
)
def test_no_rule_ever_raises_on_shuffled_repeated_or_late_results(
    found: list[Result], delays: list[int], rule: str
) -> None:
    late = [
        r._replace(received_at=r.received_at + delays[n % len(delays)]) for n, r in enumerate(found)
    ]
    for record in judge_by(rule, found + late + found[::-1], net(2, references=1)):
        assert record["type"] in ("verdict", "incident")
