"""The verdict in a few words."""

from dataclasses import replace
from typing import Any

import pytest

from api.documents.picture.headline import Setting, headline, label, state

REGIONS = {"us": "Virginia", "eu": "Ireland", "jp": "Tokyo", "br": "São Paulo", "au": "Sydney"}
CLAUDE = Setting(
    "Claude",
    {"api": "Claude API", "web": "claude.ai", "console": "Claude Console"},
    REGIONS,
    heard=5,
)


def verdict(scope: str, severity: str = "outage", regions: str = "", components: str = "") -> Any:
    return {
        "at": "2026-03-01T14:32:07.120Z",
        "severity": severity,
        "scope": scope,
        "regions": regions.split(),
        "components": components.split(),
        "confidence": 0.9,
        "reason": "",
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (verdict("none", "operational"), "All well, seen from all 5 regions"),
        (verdict("regional", regions="us eu", components="api"), "API disrupted in 2 of 5 regions"),
        (
            verdict("regional", regions="eu", components="api web"),
            "API and claude.ai disrupted in Ireland (1 of 5 regions)",
        ),
        (
            verdict("regional", regions="us eu", components="api web console"),
            "Disrupted in 2 of 5 regions",
        ),
        (verdict("regional", "degraded", "us eu", "web"), "claude.ai degraded in 2 of 5 regions"),
        (verdict("component", regions="us eu jp br au", components="api"), "API down everywhere"),
        (verdict("component", "degraded", "us eu jp br", "api"), "API degraded in 4 of 5 regions"),
        (
            verdict("system_wide", regions="us eu jp br au", components="api web console"),
            "Down everywhere",
        ),
        (verdict("system_wide", "degraded", "us eu jp br au"), "Degraded everywhere"),
        (verdict("unknown", "operational"), "Cannot tell at the moment"),
        (
            verdict("unknown", regions="us eu", components="api"),
            "API disrupted in 2 of 5 regions, or wider",
        ),
        (
            verdict("unknown", regions="eu", components="api web console"),
            "Disrupted in Ireland (1 of 5 regions), or wider",
        ),
        (verdict("unknown"), "Something fails, but too little is heard to say how far it reaches"),
    ],
)
def test_a_verdict_is_said_in_a_few_words(found: Any, said: str) -> None:
    assert headline(found, CLAUDE) == said


def test_what_is_slow_is_not_called_degraded() -> None:
    slow = verdict("regional", "degraded", regions="eu", components="api")
    assert headline(slow, CLAUDE, slow=True) == "API slow in Ireland (1 of 5 regions)"
    assert (
        headline(verdict("system_wide", "degraded", "us eu jp br au"), CLAUDE, slow=True)
        == "Slow everywhere"
    )


def test_everywhere_is_only_where_it_was_seen_from() -> None:
    four_heard = Setting("Claude", dict(CLAUDE.components), REGIONS, heard=4)
    found = verdict("system_wide", regions="us eu jp br")
    assert headline(found, four_heard) == "Down everywhere it was seen from (4 of 5 regions)"


def partly(**unjudged: str) -> Setting:
    return replace(CLAUDE, unjudged=unjudged)


@pytest.mark.parametrize(
    ("unjudged", "said"),
    [
        (
            {"web": "every look was blocked"},
            "2 of 3 components well; claude.ai not judged: every look was blocked",
        ),
        (
            {"web": "every look was blocked", "api": "every look was blocked"},
            "1 of 3 components well; claude.ai and API not judged: every look was blocked",
        ),
        (
            {"web": "every look was blocked", "console": "not heard"},
            (
                "1 of 3 components well; claude.ai not judged: every look was blocked;"
                " Console not judged: not heard"
            ),
        ),
    ],
)
def test_what_nobody_can_judge_is_not_called_well(unjudged: dict[str, str], said: str) -> None:
    found = verdict("none", "operational")
    assert headline(found, partly(**unjudged)) == said
    assert state(found, unjudged) == "unknown"


def test_a_service_that_nobody_can_judge_says_why() -> None:
    found = verdict("unknown", "operational")
    blocked = partly(api="every look was blocked", web="every look was blocked")
    assert headline(found, blocked) == "Cannot tell at the moment"
    blocked = partly(**dict.fromkeys(CLAUDE.components, "every look was blocked"))
    assert headline(found, blocked) == "Not judged: every look was blocked"


def test_what_fails_is_told_though_something_is_not_judged() -> None:
    found = verdict("component", regions="us eu jp br au", components="api")
    assert headline(found, partly(web="not heard")) == "API down everywhere"
    assert state(found, {"web": "not heard"}) == "bad"


def test_without_a_fit_region_nothing_can_be_told() -> None:
    blind = Setting("Claude", dict(CLAUDE.components), REGIONS, heard=0)
    assert (
        headline(verdict("unknown", "operational"), blind)
        == "Cannot tell: no region is fit to speak"
    )


def test_a_service_that_was_never_judged_has_no_verdict_yet() -> None:
    assert headline({**verdict("unknown", "operational"), "at": None}, CLAUDE) == "No verdict yet"


def test_many_components_are_counted_instead_of_named() -> None:
    many = Setting("Big", {f"c{n}": f"C{n}" for n in range(9)}, REGIONS, heard=5)
    found = verdict("component", regions="us eu jp br au", components="c1 c2 c3 c4")
    assert headline(found, many) == "4 of 9 components down everywhere"


def test_a_component_that_left_the_configuration_is_named_by_its_id() -> None:
    found = verdict("regional", regions="gone", components="old")
    assert headline(found, CLAUDE) == "old disrupted in gone (1 of 5 regions)"


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (verdict("none", "operational"), "well"),
        (verdict("regional"), "bad"),
        (verdict("component", "degraded"), "degraded"),
        (verdict("unknown"), "unknown"),
    ],
)
def test_a_verdict_is_one_of_four_states(found: Any, word: str) -> None:
    assert state(found) == word


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Claude API", "API"),
        ("Claude app", "App"),
        ("claude.ai", "claude.ai"),
        ("Claude for work", "Claude for work"),
    ],
)
def test_a_label_leaves_the_name_of_the_service_out_when_one_word_remains(
    name: str, short: str
) -> None:
    assert label(name, "Claude") == short


HERE = Setting("Claude", {"api": "Claude API", "web": "claude.ai"}, {"here": "laptop"}, heard=1)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (verdict("none", "operational"), "All well, seen from this machine"),
        (
            verdict("unknown", regions="here", components="api"),
            "API disrupted from this machine, or wider",
        ),
        (
            verdict("unknown", regions="here", components="api web"),
            "Disrupted from this machine, or wider",
        ),
    ],
)
def test_one_machine_speaks_of_itself(found: Any, said: str) -> None:
    assert headline(found, HERE) == said
    unfit = replace(HERE, heard=0)
    assert headline(verdict("unknown"), unfit) == "Cannot tell: this machine is not fit to speak"
