"""Streams that break off, stand still or make no sense."""

import re

import pytest

from tests.worker.probes.kinds.llm.conftest import Perform
from tests.worker.probes.vendors.stage import Play, Vendor
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.llm.ending import PATIENCE_S


async def test_a_stream_without_its_end_is_a_failure(perform: Perform, vendor: Vendor) -> None:
    outcome = await perform(Play(cut_after=5))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "broke off" in outcome.detail
    assert outcome.extra["pieces"] > 0


async def test_a_connection_that_drops_says_how_far_it_came(perform: Perform) -> None:
    outcome = await perform(Play(drop_after=6))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.RESET, Blame.PATH), outcome
    assert "pieces of text had come" in outcome.detail


async def test_a_stream_that_stands_still_until_the_deadline_says_since_when(
    perform: Perform,
) -> None:
    outcome = await perform(Play(hang_after=6), timeout_ms=400)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET), outcome
    assert "pieces of text had come" in outcome.detail
    assert outcome.extra["first_token_ms"] < 300


async def test_silence_until_the_deadline_says_so(perform: Perform) -> None:
    outcome = await perform(Play(hang_after=0), timeout_ms=300)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert "no token had come" in outcome.detail


async def test_an_empty_answer_is_a_failure(perform: Perform) -> None:
    outcome = await perform(Play(body=b""))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "empty" in outcome.detail


async def test_an_answer_without_words_is_a_failure(perform: Perform, vendor: Vendor) -> None:
    outcome = await perform(Play(words=("",)))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET), outcome


async def test_a_page_instead_of_a_stream_is_a_failure(perform: Perform) -> None:
    outcome = await perform(Play(body=b"<html>Just a moment...</html>", content_type="text/html"))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)
    assert "text/html" in outcome.detail


async def test_an_event_that_makes_no_sense_is_a_failure(perform: Perform) -> None:
    def spoil(frames: list[bytes]) -> list[bytes]:
        return [*frames[:3], b'data: {"type": "content_blo', *frames[3:]]

    outcome = await perform(Play(change=spoil))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "documented" in outcome.detail


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
async def test_the_end_of_the_body_ends_the_last_event(perform: Perform, end: bytes) -> None:
    outcome = await perform(Play(last_end=end))

    assert outcome.ok, outcome
    assert outcome.extra["pieces"] == 8


async def test_a_last_event_that_was_cut_in_its_middle_is_none(
    perform: Perform, vendor: Vendor
) -> None:
    def cut(frames: list[bytes]) -> list[bytes]:
        return [*frames[:6], frames[6][:-9]]

    outcome = await perform(Play(change=cut, last_end=b""))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "broke off" in outcome.detail


@pytest.mark.parametrize("piece", [None, 5])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
async def test_nothing_is_waited_for_behind_the_last_event(
    perform: Perform, vendor: Vendor, piece: int | None, newline: bytes
) -> None:
    def hang(frames: list[bytes]) -> list[bytes]:
        play.hang_after = len(frames)
        return [*frames, b": never"]

    play = Play(change=hang, piece=piece, newline=newline, pace_s=0)

    outcome = await perform(play, timeout_ms=10_000)

    assert outcome.ok, outcome
    assert outcome.total_ms is not None
    assert outcome.total_ms < 5000, outcome


async def test_of_what_decides_nothing_no_more_than_a_moment_is_waited_for(
    perform: Perform, vendor: Vendor
) -> None:
    """The model said why it stopped; the count of tokens and the last event never come."""
    last = {"gemini": 8, "openai_compatible": 10}.get(vendor.api)
    if last is None:
        pytest.skip("this dialect has a last event")

    def uncounted(frames: list[bytes]) -> list[bytes]:
        return [re.sub(rb'"usage(Metadata)?":', b'"x":', frame) for frame in frames[:last]]

    outcome = await perform(Play(change=uncounted, holds=True, pace_s=0), timeout_ms=8000)

    assert outcome.ok, outcome
    assert outcome.extra["pieces"] == 8
    assert outcome.total_ms is not None
    assert PATIENCE_S * 1000 <= outcome.total_ms < 6000, outcome


async def test_the_empty_line_behind_the_last_event_is_not_waited_for_long(
    perform: Perform, vendor: Vendor
) -> None:
    outcome = await perform(Play(last_end=b"\n", holds=True, pace_s=0), timeout_ms=8000)

    assert outcome.ok, outcome
    assert outcome.total_ms is not None
    assert outcome.total_ms < 6000, outcome


async def test_nothing_is_waited_for_behind_an_error(perform: Perform) -> None:
    def hang(frames: list[bytes]) -> list[bytes]:
        play.hang_after = len(frames)
        return [*frames, b": never"]

    play = Play(error_after=(2, 529), change=hang)

    outcome = await perform(play)

    assert outcome.reason is not Reason.TIMEOUT, outcome
    assert outcome.total_ms is not None
    assert outcome.total_ms < 2000
