"""All services in one sentence."""

from typing import Any

import pytest

from api.documents.picture.summary import ALL_SILENT, ALL_UNFIT, NOTHING, STARTING, summarise


def test_a_service_that_is_judged_in_part_says_which_part() -> None:
    headline = "3 of 4 components well; Web not judged: every look was blocked"
    (partly,) = services("unknown")
    partly |= {"headline": headline, "verdict": {"at": "then", "scope": "none"}}
    found = summarise([*services("well"), partly], regions("fit"))
    assert (found.state, found.headline) == ("unknown", f"Claude: {headline}")
    found = summarise([partly, *services("unknown")], regions("fit"))
    assert found.headline == "2 of 2 services cannot be judged as a whole"


def test_a_service_that_nobody_can_judge_says_why() -> None:
    (one,) = services("unknown")
    one |= {"headline": "Not judged: every look was blocked"}
    found = summarise([one], regions("fit"))
    assert found.headline == "Claude cannot be judged: every look was blocked"


def services(*states: str, at: str | None = "2026-03-01T12:00:00.000Z") -> Any:
    names = ("Claude", "OpenAI", "Gemini", "Mine")
    rest = {"headline": "Disrupted in 2 of 5 regions", "verdict": {"at": at, "scope": "unknown"}}
    return [
        {"name": name, "state": word, **rest} for name, word in zip(names, states, strict=False)
    ]


def regions(*fitness: str) -> Any:
    return [{"fitness": word} for word in fitness]


@pytest.mark.parametrize(
    ("states", "state", "said"),
    [
        (["well"], "well", "Claude is well"),
        (["well", "well"], "well", "Both services are well"),
        (["well", "well", "well"], "well", "All 3 services are well"),
        (["well", "bad", "well"], "bad", "OpenAI: disrupted in 2 of 5 regions"),
        (["bad", "degraded", "well"], "bad", "Claude is disrupted, OpenAI is degraded"),
        (
            ["bad", "bad", "degraded", "unknown"],
            "bad",
            "2 of 4 services are disrupted, Gemini is degraded",
        ),
        (["bad", "bad"], "bad", "All 2 services are disrupted"),
        (["degraded", "unknown"], "degraded", "Claude: disrupted in 2 of 5 regions"),
        (["well", "unknown"], "unknown", "OpenAI cannot be judged at the moment"),
        (
            ["unknown", "unknown", "well"],
            "unknown",
            "2 of 3 services cannot be judged at the moment",
        ),
    ],
)
def test_the_worst_is_said_first(states: list[str], state: str, said: str) -> None:
    found = summarise(services(*states), regions("fit", "fit", "unfit"))
    assert (found.state, found.headline) == (state, said)


def test_without_services_the_next_step_is_told() -> None:
    assert summarise([], []) is NOTHING


def test_before_the_first_verdict_people_are_told_to_wait() -> None:
    assert summarise(services("unknown", "unknown", at=None), regions("silent")) is STARTING


def test_who_looks_for_less_than_a_minute_is_not_asked_for_workers() -> None:
    assert summarise(services("unknown"), regions("silent"), young=True) is STARTING


def test_when_every_region_is_unfit_our_own_network_is_suspected() -> None:
    assert summarise(services("unknown", "unknown"), regions("unfit", "unfit")) is ALL_UNFIT
    assert summarise(services("unknown", "unknown"), regions("unfit", "silent")) is ALL_UNFIT


def test_when_every_region_is_silent_the_workers_are_asked_for() -> None:
    assert summarise(services("unknown"), regions("silent", "silent")) is ALL_SILENT


def test_a_name_at_the_start_of_a_headline_keeps_its_capitals() -> None:
    (service,) = services("bad")
    assert (
        summarise([{**service, "headline": "API down everywhere"}], []).headline
        == "Claude: API down everywhere"
    )
