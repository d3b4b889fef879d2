"""Redirects: followed, counted, guarded, and told nothing that was meant for somebody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request
from worker.contract.outcome import Blame, Reason
from worker.probes.http.redirect import elsewhere, origin, redirected, shown
from worker.probes.http.request import Answer, Request
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Web = Callable[..., Awaitable[Listener]]


async def test_a_redirect_is_followed_and_its_phases_are_added_up(
    web: Web, look_at: LookAt
) -> None:
    end = await web(b"there", delay_s=0.03)
    start = await web(status=302, headers={"Location": end.url("/there?token=1")}, delay_s=0.03)

    outcome = await look_at("http", url=start.url(), trace=True)

    assert (outcome.ok, outcome.status_code) == (True, 200)
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms is not None
    assert 55 < outcome.ttfb_ms <= outcome.total_ms
    assert outcome.extra["redirects"] == 1
    assert outcome.extra["final_url"] == end.url("/there")
    hops = outcome.extra["hops"]
    assert [(hop["url"], hop["status"], hop["ip"]) for hop in hops] == [
        (start.url(), 302, "127.0.0.1"),
        (end.url("/there"), 200, "127.0.0.1"),
    ]
    assert all(hop["ttfb_ms"] > 25 for hop in hops)
    assert sum(hop["total_ms"] for hop in hops) == pytest.approx(outcome.total_ms, abs=0.01)
    assert any("redirected to" in step.what for step in outcome.trace)
    assert "token" not in repr(outcome)


async def test_without_following_a_redirect_is_well(web: Web, look_at: LookAt) -> None:
    start = await web(status=301, headers={"Location": "http://127.0.0.1:1/"})

    outcome = await look_at("http", url=start.url(), redirects=0)

    assert (outcome.ok, outcome.status_code) == (True, 301)


async def test_a_redirect_that_is_expected_is_not_followed(web: Web, look_at: LookAt) -> None:
    start = await web(status=302, headers={"Location": "http://127.0.0.1:1/"})

    assert (await look_at("http", url=start.url(), expect={"status": 302})).ok


async def test_a_redirect_in_circles_ends(web: Web, look_at: LookAt) -> None:
    start = await web(status=302, headers={"Location": "/again"})

    outcome = await look_at("http", url=start.url(), redirects=3)

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET)
    assert "more often than allowed" in outcome.detail
    assert start.connections == 4


async def test_a_redirect_with_wild_bytes_is_followed_or_refused_but_never_our_fault(
    listen: Listen, look_at: LookAt
) -> None:
    for wild in (
        b"/\xff\xfe",
        "/b\u00fccher".encode(),
        "http://b\u00fccher.test/".encode(),
        b"http://\xff/",
        b"//[",
        b"http:///",
    ):

        async def answer(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wild: bytes = wild
        ) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 302 X\r\ncontent-length: 0\r\nlocation: " + wild + b"\r\n\r\n")

        outcome = await look_at("http", url=(await listen(answer)).url(), redirects=1)

        assert not outcome.ok
        assert outcome.blame is not Blame.PROBER, outcome


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "0x7f000002", "2130706434", "127.2", "[::ffff:127.0.0.2]"]
)
async def test_a_redirect_to_a_forbidden_address_is_not_taken(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage], host: str
) -> None:
    inside = await web(host="127.0.0.2" if host != "localhost" else "127.0.0.1")
    start = await web(status=302, headers={"Location": inside.url(host=host)}, host="127.0.0.3")

    outcome = await look_at(
        "http", vantage=vantages(guard=Guard(["127.0.0.3/32"])), url=start.url(host="127.0.0.3")
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.PROTOCOL, Blame.TARGET)
    assert outcome.detail.startswith("the target redirects to http://")
    assert inside.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:99999/",
        "http://a..b/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "dict://127.0.0.1/",
    ],
)
async def test_a_redirect_to_another_scheme_is_not_taken(
    web: Web, look_at: LookAt, location: str
) -> None:
    outcome = await look_at(
        "http", url=(await web(status=302, headers={"Location": location})).url()
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.PROTOCOL, Blame.TARGET)


async def test_another_origin_gets_neither_headers_nor_body(web: Web, look_at: LookAt) -> None:
    end = await web()
    start = await web(status=307, headers={"Location": end.url()})

    outcome = await look_at(
        "http", url=start.url(), method="POST", body="mine", headers={"X-Api-Key": "mine"}
    )

    assert outcome.ok
    assert b"X-Api-Key: mine" in start.requests[0]
    assert end.requests[0].startswith(b"GET / ")
    assert b"mine" not in end.requests[0]


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
        (301, "PUT", "PUT"),
    ],
)
def test_the_method_changes_as_browsers_do_it(status: int, method: str, then: str) -> None:
    first = Request(
        "http://a/1", method=method, headers=(b"K: v",), body=b"b" if method != "HEAD" else None
    )  # type: ignore[arg-type]
    answer = Answer(0, "", status=status, redirect_url="http://a/2")

    request = redirected(first, first, answer)

    assert (request.method, request.url, request.headers) == (then, "http://a/2", (b"K: v",))
    assert request.body == (b"b" if then in ("POST", "PUT") else None)


def test_headers_come_back_with_the_first_origin() -> None:
    first = Request("https://a/", headers=(b"K: v",))
    elsewhere = redirected(first, first, Answer(0, "", status=302, redirect_url="https://b/"))
    back = redirected(first, elsewhere, Answer(0, "", status=302, redirect_url="https://a:443/"))

    assert (elsewhere.headers, back.headers) == ((), (b"K: v",))


def test_a_downgrade_is_another_origin() -> None:
    assert origin("https://a/") != origin("http://a/")


def test_a_shown_url_has_no_secrets() -> None:
    assert shown("https://me:pw@a.org:8443/path?key=1#x") == "https://a.org:8443/path"


@pytest.mark.parametrize(
    ("status", "location", "params", "told"),
    [
        (302, "/", {"redirects": 2}, "status 302: redirected more often than allowed"),
        (302, "/", {"expect": {"status": [200]}}, "status 302: redirected more often than allowed"),
        (302, None, {}, "status 302: it does not say where to"),
        (300, None, {}, "status 300: it does not say where to"),
        (304, None, {}, "status 304: the target says that nothing has changed, and nobody asked"),
        (304, "/", {}, "status 304: the target says that nothing has changed, and nobody asked"),
        (302, None, {"redirects": 0, "expect": {"status": [301]}}, "status 302 was not expected"),
        (302, "", {}, "status 302: it does not say where to"),
    ],
)
async def test_what_is_wrong_with_a_redirect_is_told_as_it_is(
    web: Web, look_at: LookAt, status: int, location: str | None, params: Any, told: str
) -> None:
    headers = None if location is None else {"Location": location}
    url = (await web(status=status, headers=headers)).url()

    outcome = await look_at("http", url=url, **params)

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET)
    assert outcome.detail.startswith(told), outcome.detail


@pytest.mark.parametrize("status", [301, 304])
async def test_a_status_that_is_expected_is_well_wherever_it_leads(
    web: Web, look_at: LookAt, status: int
) -> None:
    url = (await web(b"", status=status, headers={"Location": "/"})).url()

    assert (await look_at("http", url=url, expect={"status": [status]})).status_code == status


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "http://a.test:81/b"),
        ("b", "http://a.test:81/x/b"),
        ("../b?c=d#e", "http://a.test:81/b?c=d#e"),
        ("?c", "http://a.test:81/x/y?c"),
        ("//b.test/c", "http://b.test/c"),
        ("https://b.test", "https://b.test"),
        ("/a b", "http://a.test:81/a%20b"),
        ("/\xe4%20", "http://a.test:81/%E4%20"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_location_is_read_from_where_it_was_given(location: str, url: str) -> None:
    assert elsewhere("http://a.test:81/x/y?z", location) == url
