"""A real question to every vendor, and everything that can go wrong with its answer."""

import json

import pytest

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.llm.conftest import SECRET, Perform
from tests.worker.probes.vendors.anthropic import Anthropic
from tests.worker.probes.vendors.stage import KEY, Play, Stage, Vendor
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
async def test_how_the_stream_is_cut_into_pieces_makes_no_difference(perform: Perform, newline: bytes) -> None:
    outcome = await perform(Play(words=("eins", " zwei", " drüben"), newline=newline, piece=7))

    assert outcome.ok, outcome
    assert outcome.extra["pieces"] == 3


@pytest.mark.parametrize(
    ("status", "reason", "blame"),
    [
        (400, Reason.INTERNAL, Blame.PROBER),
        (401, Reason.UNAUTHORIZED, Blame.PROBER),
        (402, Reason.UNAUTHORIZED, Blame.PROBER),
        (403, Reason.UNAUTHORIZED, Blame.PROBER),
        (404, Reason.STATUS, Blame.PROBER),
        (429, Reason.RATE_LIMITED, Blame.PROBER),
        (500, Reason.STATUS, Blame.TARGET),
        (503, Reason.STATUS, Blame.TARGET),
        (529, Reason.STATUS, Blame.TARGET),
    ],
)
async def test_a_refusal_before_the_stream_says_whose_fault_it_is(
    perform: Perform, status: int, reason: Reason, blame: Blame
) -> None:
    outcome = await perform(Play(status=status))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, reason, blame), outcome
    assert outcome.extra["tokens_today"] == 0, "what was refused is not paid for"


@pytest.mark.parametrize(
    ("status", "reason", "blame"),
    [
        (429, Reason.RATE_LIMITED, Blame.PROBER),
        (500, Reason.STATUS, Blame.TARGET),
        (529, Reason.STATUS, Blame.TARGET),
    ],
)
@pytest.mark.parametrize("after", [0, 5])
async def test_an_error_inside_the_stream_is_understood(
    perform: Perform, status: int, reason: Reason, blame: Blame, after: int
) -> None:
    outcome = await perform(Play(error_after=(after, status)))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, reason, blame), outcome
    assert outcome.status_code == 200
    assert "after status 200" in outcome.detail
    assert outcome.extra["error_type"]
    if status == 529:
        assert "overloaded" in outcome.detail


async def test_a_stream_without_its_end_is_a_failure(perform: Perform, vendor: Vendor) -> None:
    outcome = await perform(Play(cut_after=5))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "broke off" in outcome.detail
    assert outcome.extra["pieces"] > 0


async def test_a_connection_that_drops_says_how_far_it_came(perform: Perform) -> None:
    outcome = await perform(Play(drop_after=6))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.RESET, Blame.PATH), outcome
    assert "pieces of text had come" in outcome.detail


async def test_a_stream_that_stands_still_until_the_deadline_says_since_when(perform: Perform) -> None:
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


async def test_a_wall_before_the_api_is_no_word_about_the_target(perform: Perform) -> None:
    outcome = await perform(Play(status=403, body=b"<html>Attention Required!</html>", content_type="text/html"))

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_challenge_in_place_of_the_api_is_no_word_about_the_target(perform: Perform, status: int) -> None:
    page = b"<html><head><title>Just a moment...</title></head></html>"
    outcome = await perform(Play(status=status, body=page, content_type="text/html"))

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "Cloudflare" in outcome.detail


async def test_what_support_asks_for_is_kept(perform: Perform) -> None:
    outcome = await perform(Play(status=429, headers={"request-id": "req_1", "retry-after": "7", "cf-ray": "8a-FRA"}))

    assert (outcome.extra["request_id"], outcome.extra["retry_after_s"]) == ("req_1", 7.0)
    assert outcome.extra["edge"] == "cloudflare FRA"


async def test_a_gateway_that_fails_is_the_targets_failure(perform: Perform) -> None:
    outcome = await perform(Play(status=502, body=b"<html>Bad gateway</html>", content_type="text/html"))

    assert (outcome.reason, outcome.blame, outcome.status_code) == (Reason.STATUS, Blame.TARGET, 502)


async def test_an_event_that_makes_no_sense_is_a_failure(perform: Perform) -> None:
    def spoil(frames: list[bytes]) -> list[bytes]:
        return [*frames[:3], b'data: {"type": "content_blo', *frames[3:]]

    outcome = await perform(Play(change=spoil))

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "documented" in outcome.detail


async def test_comments_and_unknown_events_are_passed_over(perform: Perform, vendor: Vendor) -> None:
    def add(frames: list[bytes]) -> list[bytes]:
        return [b": keep-alive", *frames[:2], b'data: {"type": "brand_new", "x": [1]}', b"retry: 10", *frames[2:]]

    assert (await perform(Play(change=add))).ok


async def test_another_model_than_the_one_asked_is_a_failure(perform: Perform, vendor: Vendor) -> None:
    outcome = await perform(Play(model=vendor.model + "-lite"))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert f"'{vendor.model}-lite' answered" in outcome.detail
    assert (await perform(Play(model="something-else"), echo="^something")).ok


async def test_a_model_that_would_not_answer_is_a_failure(perform: Perform) -> None:
    outcome = await perform(Play(finish="content_filter"))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "content_filter" in outcome.detail


async def test_an_answer_as_long_as_allowed_is_well_unless_it_has_no_word(perform: Perform, vendor: Vendor) -> None:
    cut = {"anthropic": "max_tokens", "gemini": "MAX_TOKENS", "openai_responses": "max_output_tokens"}
    finish = cut.get(vendor.api, "length")

    assert (await perform(Play(finish=finish))).ok
    wordless = await perform(Play(words=("",), finish=finish))
    assert (wordless.ok, wordless.blame) == (False, Blame.PROBER)
    assert "raise max_tokens" in wordless.detail


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


async def test_a_key_that_is_refused_is_our_fault_and_is_not_shown(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_OTHER", "sk-wrong-0123456789abcdef")
    outcome = await perform(key="${env:OUTSCOPE_SECRET_OTHER}", trace=True)

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome
    assert "check `key`" in outcome.detail
    for secret in ("sk-wrong", "abcdef", KEY[-4:]):
        assert secret not in repr(outcome)


async def test_a_message_that_repeats_the_key_is_not_repeated(perform: Perform, vendor: Vendor) -> None:
    leak = f'{{"error": {{"type": "server_error", "code": 500, "message": "failed for {KEY} and sk-other-12345678"}}}}'
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
    for params in ({"headers": {"x-org": "${env:OUTSCOPE_SECRET_BROKEN}"}}, {"key": "${env:OUTSCOPE_SECRET_BROKEN}"}):
        outcome = await perform(**params)
        assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
        assert "evil" not in repr(outcome)
    assert not any(stage.asked for stage in stages)


async def test_fields_of_the_body_can_be_added_and_left_out(perform: Perform, stages: list[Stage]) -> None:
    await perform(body={"temperature": 0, "stream_options": None})

    assert stages[0].asked[0].body["temperature"] == 0
    assert "stream_options" not in stages[0].asked[0].body


async def test_an_account_without_money_is_our_fault(perform: Perform, vendor: Vendor) -> None:
    body = b'{"error": {"type": "insufficient_quota", "code": "insufficient_quota", "message": "Check your plan."}}'
    outcome = await perform(Play(status=429, body=body, content_type="application/json"))

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER)
    assert "top it up" in outcome.detail


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (400, {"type": "invalid_request_error", "message": "Your credit balance is too low."}, Reason.UNAUTHORIZED),
        (400, {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}, Reason.UNAUTHORIZED),
        (400, {"status": "FAILED_PRECONDITION", "message": "User location is not supported."}, Reason.BLOCKED),
        (403, {"code": "unsupported_country_region_territory", "message": "x"}, Reason.BLOCKED),
        (429, {"status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota, check plan and billing."},
         Reason.RATE_LIMITED),
        (404, {"type": "not_found_error", "message": "model: m"}, Reason.STATUS),
    ],
)  # fmt: skip
async def test_what_is_our_own_doing_counts_against_nobody(
    perform: Perform, status: int, error: dict[str, object], reason: Reason
) -> None:
    body = json.dumps({"error": error}).encode()
    outcome = await perform(Play(status=status, body=body, content_type="application/json"))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, reason, Blame.PROBER)
    assert outcome.extra["error_type"] in (error.get("type"), error.get("status"), error.get("code"))


async def test_how_long_to_stay_away_may_stand_in_the_error(perform: Perform) -> None:
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "RetryInfo", "retryDelay": "34.5s"}]}
    body = json.dumps({"error": error}).encode()
    outcome = await perform(Play(status=429, body=body, content_type="application/json"))

    assert (outcome.reason, outcome.extra["retry_after_s"]) == (Reason.RATE_LIMITED, 34.5)


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


async def test_models_can_be_listed_for_nothing(perform: Perform, vendor: Vendor, stages: list[Stage]) -> None:
    for model in (vendor.model, None):
        outcome = await perform(tier="models", model=model)
        assert outcome.ok, outcome
        assert "tokens_today" not in outcome.extra
    if "/" not in vendor.model:
        assert stages[0].asked[0].path.endswith(f"/models/{vendor.model}")
    assert stages[1].asked[0].path.endswith("/models")
    assert all(stage.asked[0].method == "GET" for stage in stages)


async def test_a_list_without_models_is_a_failure(perform: Perform) -> None:
    for body in (b"{}", b'{"data": []}', b"<html>", b""):
        outcome = await perform(Play(body=body, content_type="application/json"), tier="models", model=None)
        assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET), body
