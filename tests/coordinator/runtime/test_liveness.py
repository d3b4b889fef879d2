"""Whether the coordinator does its work, by what it told of itself."""

import pytest

from coordinator.runtime.liveness import ago, without_link, without_results
from worker.contract.instant import rfc3339

NOW = 1_800_000_000_000
TOLD = {"outstanding_looks": 7, "started_at": rfc3339(NOW - 3_600_000)}


def test_a_link_that_is_down_is_told() -> None:
    assert without_link({"connected": False}) == "the coordinator has no link to the broker"
    assert without_link({"connected": True}) == without_link({}) == ""


@pytest.mark.parametrize(
    ("silence_ms", "interval_ms", "late"),
    [
        (90_000, 1_000, False),
        (90_001, 1_000, True),
        (179_000, 60_000, False),
        (181_000, 60_000, True),
    ],
)
def test_results_that_stay_away_while_looks_are_ordered(
    silence_ms: int, interval_ms: int, late: bool
) -> None:
    assert bool(without_results(TOLD, NOW - silence_ms, interval_ms, NOW)) is late


def test_results_are_not_missed_when_no_look_is_ordered_or_the_coordinator_just_began() -> None:
    assert without_results({**TOLD, "outstanding_looks": 0}, None, 1_000, NOW) == ""
    assert without_results({**TOLD, "started_at": rfc3339(NOW - 5_000)}, None, 1_000, NOW) == ""
    assert without_results({}, None, 1_000, NOW) == ""


def test_the_sentence_tells_for_how_long() -> None:
    assert without_results(TOLD, NOW - 600_000, 1_000, NOW) == (
        "no result was stored for 10 min, though looks are ordered"
    )
    assert "stored ever" in without_results(TOLD, None, 1_000, NOW)


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [(-5, "0 s"), (59_999, "59 s"), (60_000, "1 min"), (7_200_000, "2 h"), (172_800_000, "2 days")],
)
def test_lengths_of_time_in_words(length_ms: int, words: str) -> None:
    assert ago(length_ms) == words
