"""Walls against bots, told apart from targets that fail."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listener, LookAt
from worker.contract.outcome import Blame, Reason

Web = Callable[..., Awaitable[Listener]]

CLOUDFLARE = b'<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
CLOUDFLARE_BLOCK = b"<title>Attention Required! | Cloudflare</title>"
AKAMAI = (
    b"<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n You don't"
    b" have permission to access"
    b" this.<P>\nReference&#32;&#35;18&#46;2d351ab8&#46;1557333295&#46;a4e16ab\n</BODY>\n</HTML>"
)
IMPERVA = (
    b"<html><body><iframe>Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>"
)
DATADOME = b"<script>var dd={'host':'geo.captcha-delivery.com'}</script>"
HUMAN = b'<div id="px-captcha"></div>'
AWS = b"<script>window.gokuProps = {};</script>"
AZURE = b"<html><body><h2>The request is blocked.</h2></body></html>"
SUCURI = b"<title>Sucuri WebSite Firewall - Access Denied</title>"


@pytest.mark.parametrize(
    ("vendor", "status", "headers", "body"),
    [
        ("Cloudflare", 403, {"cf-mitigated": "challenge"}, b""),
        ("Cloudflare", 403, {}, CLOUDFLARE),
        ("Cloudflare", 503, {}, CLOUDFLARE),
        ("Cloudflare", 403, {}, CLOUDFLARE_BLOCK),
        ("Cloudflare", 403, {}, b"error code: 1020"),
        ("AWS WAF", 202, {"x-amzn-waf-action": "challenge"}, b""),
        ("AWS WAF", 405, {"x-amzn-waf-action": "captcha"}, b""),
        ("AWS WAF", 405, {}, AWS),
        ("Vercel", 429, {"x-vercel-mitigated": "challenge"}, b""),
        ("Akamai", 403, {}, AKAMAI),
        ("Imperva", 403, {}, IMPERVA),
        ("DataDome", 403, {}, DATADOME),
        ("HUMAN", 403, {}, HUMAN),
        ("Azure", 403, {}, AZURE),
        ("Sucuri", 403, {}, SUCURI),
        ("Sucuri", 403, {"x-sucuri-block": "BNP005"}, b""),
    ],
)
async def test_a_wall_is_blocked_and_counts_against_nobody(
    web: Web, look_at: LookAt, vendor: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    outcome = await look_at("http", url=(await web(body, status=status, headers=headers)).url())

    assert (outcome.reason, outcome.blame, outcome.status_code) == (
        Reason.BLOCKED,
        Blame.PROBER,
        status,
    )
    assert outcome.detail == f"status {status}: a wall against bots ({vendor}) answered"


@pytest.mark.parametrize("status", [500, 502, 504, 521, 529])
async def test_a_failing_target_behind_a_wall_is_not_excused(
    web: Web, look_at: LookAt, status: int
) -> None:
    outcome = await look_at("http", url=(await web(CLOUDFLARE, status=status)).url())

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET)


async def test_a_page_that_only_mentions_a_wall_is_well(web: Web, look_at: LookAt) -> None:
    assert (await look_at("http", url=(await web(CLOUDFLARE + HUMAN)).url())).ok


async def test_a_check_that_expects_the_walls_status_has_its_wish(
    web: Web, look_at: LookAt
) -> None:
    url = (await web(CLOUDFLARE, status=403, headers={"cf-mitigated": "challenge"})).url()

    assert (await look_at("http", url=url, expect={"status": ["2xx", 403]})).ok


async def test_a_wall_in_place_of_the_expected_words_is_a_wall(web: Web, look_at: LookAt) -> None:
    url = (await web(b"", status=202, headers={"x-amzn-waf-action": "challenge"})).url()

    outcome = await look_at("http", url=url, expect={"status": "2xx", "body": "well"})

    assert outcome.reason is Reason.BLOCKED


@pytest.mark.parametrize(
    ("status", "headers", "extra"),
    [
        (429, {"Retry-After": "30"}, 30),
        (503, {"Retry-After": "7"}, 7),
        (
            529,
            {
                "Retry-After": "Sun, 25 Oct 2026 12:01:00 GMT",
                "Date": "Sun, 25 Oct 2026 12:00:00 GMT",
            },
            60,
        ),
        (429, {}, None),
        (429, {"Retry-After": "soon"}, None),
        (200, {"Retry-After": "30"}, None),
    ],
)
async def test_how_long_to_stay_away_is_kept(
    web: Web, look_at: LookAt, status: int, headers: dict[str, Any], extra: float | None
) -> None:
    outcome = await look_at("http", url=(await web(status=status, headers=headers)).url())

    assert outcome.extra.get("retry_after_s") == extra


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (503, "status 503: the target says that it cannot serve now"),
        (529, "status 529: the target says that it is overloaded"),
        (405, "status 405: the target does not allow this method here"),
        (418, "status 418 was not expected"),
    ],
)
async def test_what_a_status_means_is_said(
    web: Web, look_at: LookAt, status: int, words: str
) -> None:
    outcome = await look_at("http", url=(await web(status=status)).url())

    assert (outcome.reason, outcome.blame, outcome.detail) == (Reason.STATUS, Blame.TARGET, words)
