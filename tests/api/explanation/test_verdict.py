"""What is told of one verdict."""

from typing import Any

import pytest

from api.documents.picture.standing import verdict_of, whole
from api.explanation import COMMAND, Explanation, Names, Style, explain
from coordinator.configuration import from_document
from tests.api import seeds
from worker.contract.instant import parse_rfc3339

AT = parse_rfc3339("2026-03-01T14:32:07Z")
NAMES = Names(
    "Claude",
    {"api": "Claude API", "web": "claude.ai", "console": "Claude Console"},
    {region: name for region, (name, *_) in seeds.REGIONS.items()},
)


def told(explanation: Explanation, title: str) -> list[str]:
    """The lines under a title."""
    return [
        p.sentence
        for section in explanation.sections
        if section.title == title
        for p in section.points
    ]


def disrupted(**evidence: Any) -> dict[str, Any]:
    """Claude's API fails in two of five regions; the evidence as given, else that of the seeds."""
    verdict = seeds.verdict(
        "claude", AT, "regional", "outage", ["us-east", "eu-west"], ["api"], "It fails there."
    )
    verdict["evidence"] |= evidence
    return verdict


def test_it_begins_with_what_is_said_since_when_and_how_surely() -> None:
    assert told(explain(disrupted(), NAMES), "What is said") == [
        "It fails there.",
        (
            "The first look that failed was due at 2026-03-01 14:31:07 UTC (Claude API from"
            " Virginia); the last good one before it at 2026-03-01 14:30:37 UTC."
        ),
        "Judged at 2026-03-01 14:32:07 UTC, with a confidence of 93 %.",
    ]


def test_components_are_told_over_all_regions_then_regions_over_all_components() -> None:
    lines = told(explain(disrupted(), NAMES), "What was seen")
    assert lines == [
        (
            "Claude API: disrupted in 2 of 5 regions that vote; there 20 of 20 looks failed (12"
            " status, 8 timeout)."
        ),
        "claude.ai: well in all 5 regions that vote (0 of 50 looks failed).",
        "Claude Console: well in all 5 regions that vote (0 of 50 looks failed).",
        (
            "Virginia: Claude API fails in 10 of 10 looks (6 status, 4 timeout), since 2026-03-01"
            " 14:31:07 UTC; claude.ai and Claude Console are well."
        ),
        (
            "Ireland: Claude API fails in 10 of 10 looks (6 status, 4 timeout), since 2026-03-01"
            " 14:31:07 UTC; claude.ai and Claude Console are well."
        ),
        "São Paulo, Tokyo and Sydney: everything that counts is well (0 of 90 looks failed).",
    ]


def test_a_region_where_all_fails_is_told_in_one_phrase() -> None:
    verdict = seeds.verdict(
        "claude", AT, "regional", "outage", ["eu-west"], ["api", "web", "console"]
    )
    (line,) = [
        line
        for line in told(explain(verdict, NAMES), "What was seen")
        if line.startswith("Ireland")
    ]
    assert line.startswith(
        "Ireland: everything fails in 30 of 30 looks (18 status, 12 timeout), since"
    )


def test_what_is_slow_is_not_said_to_fail() -> None:
    verdict = seeds.verdict(
        "claude", AT, "regional", "degraded", ["eu-west"], ["api"], state="degraded"
    )
    for cell in verdict["cells"]:
        cell["why"] = "slow" if cell["state"] == "degraded" else ""
    lines = told(explain(verdict, NAMES), "What was seen")
    assert (
        lines[0]
        == "Claude API: slow in 1 of 5 regions that vote; there 4 of 14 looks took much longer than"
        " normal."
    )
    assert "Ireland: Claude API is slow in 4 of 14 looks, since 2026-03-01 14:31:07 UTC" in lines[3]


def test_failures_of_what_is_well_are_told_with_the_last_of_them() -> None:
    verdict = seeds.verdict("claude", AT)
    verdict["cells"][0] |= {"bad": 2, "last_bad": "2026-03-01T14:20:00.000Z"}
    assert (
        told(explain(verdict, NAMES), "What was seen")[0]
        == "Claude API: well in all 5 regions that vote (2 of 52 looks failed, the last at"
        " 2026-03-01 14:20:00 UTC)."
    )


def test_who_is_weighed_down_is_told_with_what_it_loses() -> None:
    loses = "loses 12 % of everything since 14:31 UTC; weighed down"
    assert told(explain(disrupted(losing={"sa-east": loses}), NAMES), "Who is weighed down") == [
        f"São Paulo: {loses}."
    ]


def test_who_does_not_vote_is_told_with_the_reason() -> None:
    verdict = disrupted(
        unfit={"oc-southeast": "3 of 3 references fail"},
        silent={"sa-east": "nothing heard for 90 s"},
    )
    for cell in verdict["cells"]:
        if cell["region"] in ("oc-southeast", "sa-east"):
            cell |= {"state": "unknown", "why": "whatever"}
        elif cell["component"] == "console":
            cell |= {"state": "unknown", "why": "our own key is refused"}
    assert told(explain(verdict, NAMES), "Who does not vote") == [
        "Sydney: unfit (3 of 3 references fail).",
        "São Paulo: silent (nothing heard for 90 s).",
        "Claude Console: does not count in Virginia, Ireland and Tokyo (our own key is refused).",
    ]


def test_when_all_vote_that_is_told() -> None:
    assert told(explain(disrupted(), NAMES), "Who does not vote") == [
        "All 5 regions that should look vote."
    ]


def test_the_best_explanations_are_told_the_likeliest_first_and_nothing_is_certain() -> None:
    reach = {
        "scope": "component",
        "regions": list(seeds.REGIONS),
        "components": ["api"],
        "nats": 1.0,
        "price": 7.0,
    }
    hypotheses = [
        {**reach, "group": "everywhere", "chance": 0.9871},
        {**reach, "group": "continent EU", "regions": ["eu-west", "us-east"], "chance": 0.0109},
        {
            **reach,
            "group": "",
            "components": ["api", "web", "console"],
            "regions": ["eu-west"],
            "chance": 0.0001,
        },
    ]
    hypotheses[1]["refuted"] = True
    verdict = disrupted(hypotheses=hypotheses, wrong=0.9981)
    assert told(explain(verdict, NAMES), "What explains it best") == [
        "99 %: Claude API everywhere.",
        (
            "1 %: Claude API in Ireland and Virginia, which share continent EU, less some cells"
            " that are clearly well."
        ),
        "0.2 %: nothing is wrong.",
        "under 0.1 %: all of Claude in Ireland.",
    ]
    sure = explain(disrupted(hypotheses=[{**hypotheses[0], "chance": 1.0}], wrong=1.0), NAMES)
    assert told(sure, "What explains it best") == [
        "over 99.9 %: Claude API everywhere.",
        "under 0.1 %: nothing is wrong.",
    ]


@pytest.mark.parametrize("group", ["edge FRA", "network AS13335", "country IE"])
def test_what_the_regions_of_an_explanation_or_disruption_share_is_named(group: str) -> None:
    reach = {
        "scope": "regional",
        "regions": ["eu-west", "us-east"],
        "components": ["api"],
        "group": group,
    }
    explanation = {**reach, "chance": 0.95, "nats": 9.0, "price": 7.0}
    one = {**reach, "slow": False, "at_least": False}
    found = explain(disrupted(hypotheses=[explanation], disruptions=[one, one]), NAMES)
    shared = f"Claude API in Ireland and Virginia, which share {group}."
    assert told(found, "What explains it best")[0] == f"95 %: {shared}"
    assert told(found, "What is said")[2] == f"1: {shared}"


def test_several_disruptions_are_told_one_by_one() -> None:
    first = {
        "scope": "component",
        "regions": list(seeds.REGIONS),
        "components": ["api"],
        "group": "everywhere",
    }
    second = {"scope": "regional", "regions": ["eu-west"], "components": ["web"], "group": ""}
    found = [
        {**first, "slow": False, "at_least": False},
        {**second, "slow": True, "at_least": True},
    ]
    assert told(explain(disrupted(disruptions=found), NAMES), "What is said")[1:4] == [
        "2 disruptions are told apart:",
        "1: Claude API everywhere.",
        "2: claude.ai in Ireland, slow; it may reach farther.",
    ]


def test_thresholds_stand_beside_what_they_were_held_against() -> None:
    lines = told(explain(disrupted(), NAMES), "What decides")
    assert lines == [
        (
            "That anything is wrong is 99.8 % likely. It is said from 90 % on, and stands until"
            " that is under 10 %."
        ),
        (
            "How far it reaches is said once one explanation has 90 % of that, and stands while no"
            " other has."
        ),
        (
            "Everywhere means 80 % of the regions that vote, and can be said when at least 3 vote"
            " and 50 % of those that should look. Here 2 of 5 that vote are disrupted, and 5 should"
            " look."
        ),
        "It is an outage when 80 % of the looks fail; here 100 % do.",
        f"These are the rules of version {seeds.VERSION} with their default thresholds.",
    ]


def test_the_share_that_decides_is_told_with_its_interval() -> None:
    share = {"estimate": 0.1212, "low": 0.0829, "high": 0.174}
    one = {"slow": False, "at_least": False, "group": "", "failing_share": share}
    here, there = (
        {**one, "components": ["api"], "regions": [region]} for region in ("us-east", "eu-west")
    )
    found = explain(disrupted(disruptions=[here, there]), NAMES)
    assert (
        "It is an outage when 80 % of the looks fail; here about 12 % (8 to 17 %) do."
        in found.sentences
    )
    assert told(found, "What is said")[2].endswith("; about 12 % (8 to 17 %) of its looks fail.")


def test_thresholds_that_the_configuration_sets_are_named() -> None:
    verdict = disrupted()
    verdict["evidence"]["thresholds"]["enough_regions"] = 2
    assert told(explain(verdict, NAMES), "What decides")[-1].endswith(
        "with enough_regions 2 instead of 3."
    )
    verdict["evidence"]["rules_version"] = "0"
    assert told(explain(verdict, NAMES), "What decides")[-1] == "These are the rules of version 0."


def test_the_command_computes_it_again_from_the_results_behind_it() -> None:
    explanation = explain(disrupted(), NAMES)
    assert told(explanation, "Compute it again") == [
        (
            "outscope export --since 2026-03-01T14:12:07.000Z --until 2026-03-01T14:32:07.000Z | "
            "outscope replay - --config outscope.yaml --until 2026-03-01T14:32:07.000Z"
        )
    ]
    assert explanation.sections[-1].points[0].state == COMMAND


def test_before_the_first_verdict_only_that_is_told() -> None:
    topology = from_document(seeds.configuration()).topology
    verdict = {**verdict_of(None, topology.service["claude"]), "cells": [], "evidence": {}}
    assert explain(verdict, NAMES).sentences == ["No verdict yet."]


def test_a_verdict_of_an_older_version_says_that_no_evidence_was_kept() -> None:
    record = seeds.kept(disrupted()).to_record()
    for verdict in (record, whole(record)):
        lines = explain(verdict, NAMES).sentences
        assert lines[2] == "An older version said it, which kept no evidence."
        assert lines[3].startswith("outscope export")


def test_without_a_single_vote_that_is_told() -> None:
    verdict = seeds.verdict("claude", AT, "unknown", reason="every region is silent")
    for cell in verdict["cells"]:
        cell["state"] = "unknown"
    explanation = explain(verdict, NAMES)
    assert told(explanation, "What was seen") == ["No look votes, so nothing can be said."]
    assert "confidence" not in " ".join(told(explanation, "What is said"))


def test_what_has_left_the_configuration_goes_by_its_id() -> None:
    text = " ".join(explain(disrupted(), Names("claude")).sentences)
    assert "api: disrupted in 2 of 5" in text
    assert "eu-west: api fails" in text


def test_times_are_written_as_the_reader_wants() -> None:
    text = " ".join(explain(disrupted(), NAMES, Style(lambda text: f"<{text[11:19]}>")).sentences)
    assert "due at <14:31:07>" in text
    assert "UTC" not in text
