"""The key of a vendor: refused, missing, overused, and never shown."""

import pytest

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.kinds.llm.conftest import SECRET, Perform
from tests.worker.probes.vendors.anthropic import Anthropic
from tests.worker.probes.vendors.stage import KEY, Play, Stage, Vendor
from worker.contract.outcome import Blame, Reason


async def test_a_key_that_is_refused_is_our_fault_and_is_not_shown(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_OTHER", "sk-wrong-0123456789abcdef")
    outcome = await perform(key="${env:OUTSCOPE_SECRET_OTHER}", trace=True)

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome
    assert "check `key`" in outcome.detail
    for secret in ("sk-wrong", "abcdef", KEY[-4:]):
        assert secret not in repr(outcome)


async def test_a_message_that_repeats_the_key_is_not_repeated(
    perform: Perform, vendor: Vendor
) -> None:
    leak = (
        f'{{"error": {{"type": "server_error", "code": 500, "message": "failed for {KEY} and'
        ' sk-other-12345678"}}'
    )
    outcome = await perform(Play(status=500, body=leak.encode(), content_type="application/json"))

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET)
    assert "failed for … and …" in outcome.detail


async def test_a_key_that_is_not_there_is_named(perform: Perform) -> None:
    outcome = await perform(key="${env:OUTSCOPE_SECRET_MISSING}")

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert "OUTSCOPE_SECRET_MISSING" in outcome.detail


async def test_a_secret_that_would_write_a_header_is_our_fault(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, stages: list[Stage]
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_BROKEN", "x\r\nevil: 1")
    for params in (
        {"headers": {"x-org": "${env:OUTSCOPE_SECRET_BROKEN}"}},
        {"key": "${env:OUTSCOPE_SECRET_BROKEN}"},
    ):
        outcome = await perform(**params)
        assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
        assert "evil" not in repr(outcome)
    assert not any(stage.asked for stage in stages)


async def test_a_key_that_asked_too_often_is_not_used_for_as_long_as_the_api_says(
    listen: Listen, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)
    monkeypatch.setenv("OUTSCOPE_SECRET_OTHER", KEY)
    stage = Stage(Anthropic(), Play(status=429, headers={"retry-after": "60"}))
    asked = {"api": "anthropic", "model": Anthropic.model, "url": (await listen(stage)).url("")}

    for _ in range(3):
        outcome = await look_at("llm", **asked, key=SECRET)
        assert (outcome.reason, outcome.blame) == (Reason.RATE_LIMITED, Blame.PROBER)
    assert "left alone" in outcome.detail
    assert len(stage.asked) == 1
    await look_at("llm", **asked, key="${env:OUTSCOPE_SECRET_OTHER}")
    assert len(stage.asked) == 2, "another key is another matter"
