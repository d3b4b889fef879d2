"""Regions that report and are not configured are named, and their workers told, within bounds."""

import json
import logging
from base64 import b64encode
from typing import Any

import pytest

from coordinator.messaging.strangers import (
    ANSWER_S,
    LATELY_S,
    MOST_BOOT,
    MOST_NAMED,
    MOST_REPORT,
    MOST_WATCHED,
    TELL_AGAIN_S,
    UNREAD_S,
    Strangers,
)
from tests.coordinator.messaging.test_envelope import envelope


class Watched:
    """Strangers, on a clock that the test moves."""

    def __init__(self, *regions: str) -> None:
        self.now_s = 1_000.0
        self.refused: list[tuple[str, str, str]] = []
        self.strangers = Strangers(lambda: self.now_s, lambda *who: self.refused.append(who))
        self.strangers.expect(regions or ("eu-west", "us-east"))

    def grows(self, region: str, start: int = 1, times: int = 10, every_s: float = 1.0) -> bool:
        """Its reports are more each time; whether its newest is wanted in the end."""
        wanted = False
        for number in range(times):
            self.now_s += every_s
            wanted = self.strangers.waits(region, start + number)
        return wanted

    @property
    def named(self) -> list[str]:
        return list(self.strangers.to_document())


def report(**told: Any) -> bytes:
    body = json.dumps([[{"worker": "eu-wst-1", "boot": "b1", **told}], {}, None]).encode()
    return json.dumps(envelope(body=b64encode(body).decode())).encode()


def test_a_queue_that_goes_on_growing_is_named_with_what_it_may_mean() -> None:
    watched = Watched()
    assert watched.grows("eu-wst")
    assert watched.strangers.to_document() == {"eu-wst": {"waiting": 10, "like": "eu-west"}}
    assert watched.grows("qq")
    assert watched.strangers.to_document()["qq"]["like"] == ""


@pytest.mark.parametrize(
    "lengths",
    [[7] * 30, [1, 2, 1, 2] * 8, [3, 2, 1, 0] * 8],
    ids=["left-behind", "read-by-somebody", "being-emptied"],
)
def test_what_is_left_behind_or_read_by_somebody_is_none(lengths: list[int]) -> None:
    watched = Watched()
    for length in lengths:
        watched.now_s += 1
        assert not watched.strangers.waits("old", length)
    assert watched.named == []


def test_a_queue_that_was_empty_between_two_sweeps_is_read_by_somebody() -> None:
    watched = Watched()
    for number in range(30):
        watched.now_s += 1
        if number % 3:
            watched.strangers.waits("theirs", number)
        watched.strangers.swept()
    assert watched.named == []


def test_one_that_falls_silent_or_is_configured_is_named_no_more() -> None:
    watched = Watched()
    watched.grows("eu-wst")
    watched.grows("ap-south")
    watched.strangers.expect(["eu-west", "us-east", "ap-south"])
    assert watched.named == ["eu-wst"]
    watched.now_s += LATELY_S + 1
    assert watched.named == []


@pytest.mark.parametrize(
    "name", ["", "..", "EU", "eu west", "x" * 65, "eu\nwest", "-a", "eu-west\n", "\x1b[31m"]
)
def test_what_is_no_name_is_never_named(name: str) -> None:
    watched = Watched()
    assert not watched.grows(name)
    assert watched.named == []


def test_each_is_logged_once_an_hour_and_again_when_the_configuration_changed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    watched = Watched()
    watched.grows("eu-wst", times=100)
    assert caplog.text.count("unknown_region region=eu-wst") == 1
    assert "(is it eu-west?)" in caplog.text
    watched.grows("eu-wst", start=101, times=int(TELL_AGAIN_S / 10) + 1, every_s=10)
    assert caplog.text.count("unknown_region region=eu-wst") == 2
    watched.strangers.expect(["us-east"])
    watched.grows("eu-wst", start=1_000)
    assert caplog.text.count("unknown_region region=eu-wst") == 3


def test_many_names_cost_little_and_do_not_crowd_out_who_was_there_before(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    watched = Watched()
    watched.grows("zz-first")
    names = [f"a{number}" for number in range(3 * MOST_WATCHED)]
    for length in range(1, 12):
        watched.now_s += 1
        watched.strangers.waits("zz-first", 10 + length)
        for name in names:
            watched.strangers.waits(name, length)
    assert len(watched.named) == MOST_NAMED
    assert "zz-first" in watched.named
    assert len(watched.strangers._queues) == MOST_WATCHED
    assert caplog.text.count("unknown_region") <= MOST_NAMED


def test_its_worker_is_told_with_a_pause_and_told_nothing_else() -> None:
    watched = Watched()
    assert watched.grows("eu-wst")
    watched.strangers.newest("eu-wst", report())
    assert watched.refused == [("eu-wst", "eu-wst-1", "b1")]
    assert not watched.grows("eu-wst", start=11, times=int(ANSWER_S) - 1)
    assert watched.grows("eu-wst", start=60, times=2)


@pytest.mark.parametrize(
    "message",
    [
        None,
        b"junk",
        b"{" * 1000,
        report(worker="../x"),
        report(worker="a.b"),
        report(worker="x" * 65),
        report(boot=7),
        report(boot="b" * (MOST_BOOT + 1)),
        report(padding="x" * MOST_REPORT),
        ValueError("NOPERM"),
    ],
)
def test_a_report_that_names_no_worker_is_not_answered(message: Any) -> None:
    watched = Watched()
    watched.grows("eu-wst")
    watched.strangers.newest("eu-wst", message)
    assert watched.refused == []
    assert not watched.grows("eu-wst", start=11, times=3), "nor asked for at once again"


def test_an_answer_that_nobody_takes_is_taken_back_once() -> None:
    watched = Watched()
    watched.grows("eu-wst")
    watched.strangers.newest("eu-wst", report())
    key = b"probes.eu-wst.eu-wst-1"
    assert not watched.strangers.is_unread(key)
    watched.now_s += UNREAD_S
    assert not watched.strangers.is_unread(b"probes.eu-wst.other")
    assert watched.strangers.is_unread(key)
    assert not watched.strangers.is_unread(key)


def test_what_waits_for_a_region_that_is_configured_by_now_is_left_alone() -> None:
    watched = Watched()
    watched.grows("eu-wst")
    watched.strangers.newest("eu-wst", report())
    watched.strangers.expect(["eu-wst"])
    watched.now_s += UNREAD_S
    assert not watched.strangers.is_unread(b"probes.eu-wst.eu-wst-1")
