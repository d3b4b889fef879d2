"""A refusal, before the stream or inside of it, says whose fault it is."""

import json

import pytest

from tests.worker.probes.kinds.llm.conftest import Perform
from tests.worker.probes.vendors.stage import Play, Vendor
from worker.contract.outcome import Blame, Reason


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


async def test_a_wall_before_the_api_is_no_word_about_the_target(perform: Perform) -> None:
    outcome = await perform(
        Play(status=403, body=b"<html>Attention Required!</html>", content_type="text/html")
    )

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_challenge_in_place_of_the_api_is_no_word_about_the_target(
    perform: Perform, status: int
) -> None:
    page = b"<html><head><title>Just a moment...</title></head></html>"
    outcome = await perform(Play(status=status, body=page, content_type="text/html"))

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "Cloudflare" in outcome.detail


async def test_what_support_asks_for_is_kept(perform: Perform) -> None:
    outcome = await perform(
        Play(status=429, headers={"request-id": "req_1", "retry-after": "7", "cf-ray": "8a-FRA"})
    )

    assert (outcome.extra["request_id"], outcome.extra["retry_after_s"]) == ("req_1", 7.0)
    assert outcome.extra["edge"] == "cloudflare FRA"


async def test_a_gateway_that_fails_is_the_targets_failure(perform: Perform) -> None:
    outcome = await perform(
        Play(status=502, body=b"<html>Bad gateway</html>", content_type="text/html")
    )

    assert (outcome.reason, outcome.blame, outcome.status_code) == (
        Reason.STATUS,
        Blame.TARGET,
        502,
    )


async def test_an_account_without_money_is_our_fault(perform: Perform, vendor: Vendor) -> None:
    body = (
        b'{"error": {"type": "insufficient_quota", "code": "insufficient_quota", "message": "Check'
        b' your plan."}}'
    )
    outcome = await perform(Play(status=429, body=body, content_type="application/json"))

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER)
    assert "top it up" in outcome.detail


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (
            400,
            {"type": "invalid_request_error", "message": "Your credit balance is too low."},
            Reason.UNAUTHORIZED,
        ),
        (
            400,
            {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]},
            Reason.UNAUTHORIZED,
        ),
        (
            400,
            {"status": "FAILED_PRECONDITION", "message": "User location is not supported."},
            Reason.BLOCKED,
        ),
        (403, {"code": "unsupported_country_region_territory", "message": "x"}, Reason.BLOCKED),
        (
            429,
            {
                "status": "RESOURCE_EXHAUSTED",
                "message": "You exceeded your current quota, check plan and billing.",
            },
            Reason.RATE_LIMITED,
        ),
        (404, {"type": "not_found_error", "message": "model: m"}, Reason.STATUS),
    ],
)
async def test_what_is_our_own_doing_counts_against_nobody(
    perform: Perform, status: int, error: dict[str, object], reason: Reason
) -> None:
    body = json.dumps({"error": error}).encode()
    outcome = await perform(Play(status=status, body=body, content_type="application/json"))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, reason, Blame.PROBER)
    assert outcome.extra["error_type"] in (
        error.get("type"),
        error.get("status"),
        error.get("code"),
    )


async def test_how_long_to_stay_away_may_stand_in_the_error(perform: Perform) -> None:
    error = {
        "code": 429,
        "status": "RESOURCE_EXHAUSTED",
        "details": [{"@type": "RetryInfo", "retryDelay": "34.5s"}],
    }
    body = json.dumps({"error": error}).encode()
    outcome = await perform(Play(status=429, body=body, content_type="application/json"))

    assert (outcome.reason, outcome.extra["retry_after_s"]) == (Reason.RATE_LIMITED, 34.5)
