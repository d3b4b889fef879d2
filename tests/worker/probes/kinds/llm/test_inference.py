"""A real question to every vendor: what of its answer is measured and expected."""

import pytest

from tests.worker.probes.kinds.llm.conftest import Perform
from tests.worker.probes.vendors.stage import Play, Stage, Vendor
from worker.contract.outcome import Blame, Reason

WORDS = Play().words


async def test_an_answer_is_measured(perform: Perform, vendor: Vendor, stages: list[Stage]) -> None:
    outcome = await perform(Play(first_after_s=0.05, pace_s=0.01))

    assert outcome.ok, outcome
    extra = outcome.extra
    assert extra["model"] == vendor.echoed
    assert extra["pieces"] == len(WORDS)
    assert extra["finish_reason"] in ("end_turn", "stop", "completed", "STOP")
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms is not None
    assert 50 < extra["first_token_ms"] < outcome.total_ms
    assert 10 <= extra["longest_stall_ms"] < outcome.total_ms - extra["first_token_ms"] + 10
    assert 5 < extra["tokens_per_s"] <= 130
    assert outcome.status_code == 200
    assert stages[0].asked[0].body["stream" if vendor.api != "gemini" else "contents"]


async def test_tokens_are_those_that_the_api_counts(perform: Perform, vendor: Vendor) -> None:
    extra = (await perform(price={"input": 1, "output": 5})).extra

    if vendor.api == "openai_compatible":
        assert "output_tokens" not in extra
        assert extra["cost"] > 64 * 5 / 1e6, "not counted, so the dearest way is taken"
    else:
        assert (extra["input_tokens"], extra["output_tokens"]) == (25, len(WORDS) + 2)
        assert extra["cost"] == pytest.approx((25 + (len(WORDS) + 2) * 5) / 1e6)
        assert extra["tokens_today"] == 25 + len(WORDS) + 2


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
async def test_how_the_stream_is_cut_into_pieces_makes_no_difference(
    perform: Perform, newline: bytes
) -> None:
    outcome = await perform(Play(words=("eins", " zwei", " drüben"), newline=newline, piece=7))

    assert outcome.ok, outcome
    assert outcome.extra["pieces"] == 3


async def test_comments_and_unknown_events_are_passed_over(
    perform: Perform, vendor: Vendor
) -> None:
    def add(frames: list[bytes]) -> list[bytes]:
        return [
            b": keep-alive",
            *frames[:2],
            b'data: {"type": "brand_new", "x": [1]}',
            b"retry: 10",
            *frames[2:],
        ]

    assert (await perform(Play(change=add))).ok


async def test_a_late_first_token_is_slow(perform: Perform) -> None:
    outcome = await perform(Play(first_after_s=0.15), max_first_token_ms=100)

    assert (outcome.reason, outcome.blame) == (Reason.SLOW, Blame.TARGET)
    assert "first token" in outcome.detail
    assert outcome.extra["first_token_ms"] > 150


async def test_a_pause_is_slow(perform: Perform) -> None:
    outcome = await perform(Play(pause={6: 0.2}), max_stall_ms=100)

    assert (outcome.reason, outcome.blame) == (Reason.SLOW, Blame.TARGET)
    assert "stood still" in outcome.detail
    assert outcome.extra["longest_stall_ms"] >= 195


async def test_few_tokens_a_second_are_slow(perform: Perform) -> None:
    outcome = await perform(Play(pace_s=0.02), min_tokens_per_s=500)

    assert (outcome.reason, outcome.blame) == (Reason.SLOW, Blame.TARGET)
    assert "tokens a second" in outcome.detail


async def test_the_answer_may_be_expected_to_say_something(perform: Perform) -> None:
    assert (await perform(answer=r"1 2 3")).ok
    outcome = await perform(answer="hello")
    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)


async def test_fields_of_the_body_can_be_added_and_left_out(
    perform: Perform, stages: list[Stage]
) -> None:
    await perform(body={"temperature": 0, "stream_options": None})

    assert stages[0].asked[0].body["temperature"] == 0
    assert "stream_options" not in stages[0].asked[0].body
