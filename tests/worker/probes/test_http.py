"""The http kind against real servers: phases, expectations, and whose fault what is."""

import asyncio
import gzip
import itertools
import re
import socket
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request, silence
from worker.contract.outcome import Blame, Reason
from worker.guard import Guard
from worker.probes.http import HttpParams
from worker.probes.look import Vantage
from worker.probes.resolver import Resolver

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "look-over-http.md"
Web = Callable[..., "asyncio.Future[Listener]"]


async def test_a_good_answer_is_ok_and_timed(web: Web, look_at: LookAt) -> None:
    server = await web(b"well", delay_s=0.05)

    outcome = await look_at("http", url=server.url())

    assert (outcome.ok, outcome.reason, outcome.blame, outcome.status_code) == (True, Reason.OK, Blame.NONE, 200)
    assert (outcome.dns_ms, outcome.tls_ms, outcome.ip) == (None, None, "127.0.0.1")
    assert outcome.connect_ms is not None
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms is not None
    assert outcome.ttfb_ms >= 45
    assert outcome.connect_ms + outcome.ttfb_ms <= outcome.total_ms + 0.01
    assert outcome.extra["http_version"] == "1.1"


async def test_a_name_is_resolved_and_that_is_timed_apart(web: Web, look_at: LookAt) -> None:
    outcome = await look_at("http", url=(await web()).url(host="localhost"), ip_version="4", trace=True)

    assert outcome.ok
    assert outcome.dns_ms is not None
    assert outcome.trace[0].what == "name resolved to 127.0.0.1"


async def test_each_look_makes_a_connection_of_its_own(web: Web, look_at: LookAt) -> None:
    server = await web()

    for _ in range(3):
        assert (await look_at("http", url=server.url())).ok

    assert server.connections == 3


async def test_a_good_look_keeps_its_steps_only_when_asked(web: Web, look_at: LookAt) -> None:
    server = await web()

    assert (await look_at("http", url=server.url())).trace == ()
    steps = (await look_at("http", url=server.url(), trace=True)).trace
    assert [step.what for step in steps] == ["connected to 127.0.0.1", "status 200 over HTTP/1.1", "body read, 4 bytes"]
    assert [step.at_ms for step in steps] == sorted(step.at_ms for step in steps)


@pytest.mark.parametrize(
    ("status", "reason", "blame"),
    [
        (401, Reason.UNAUTHORIZED, Blame.PROBER),
        (403, Reason.BLOCKED, Blame.PROBER),
        (429, Reason.RATE_LIMITED, Blame.PROBER),
        (407, Reason.UNAUTHORIZED, Blame.PROBER),
        (451, Reason.BLOCKED, Blame.PROBER),
        (511, Reason.BLOCKED, Blame.PROBER),
        (404, Reason.STATUS, Blame.TARGET),
        (500, Reason.STATUS, Blame.TARGET),
        (503, Reason.STATUS, Blame.TARGET),
        (529, Reason.STATUS, Blame.TARGET),
    ],
)
async def test_an_unexpected_status_says_whose_fault_it_is(
    web: Web, look_at: LookAt, status: int, reason: Reason, blame: Blame
) -> None:
    outcome = await look_at("http", url=(await web(status=status)).url())

    assert (outcome.ok, outcome.reason, outcome.blame, outcome.status_code) == (False, reason, blame, status)
    assert str(status) in outcome.detail
    assert outcome.trace


async def test_an_api_that_answers_401_as_expected_is_well(web: Web, look_at: LookAt) -> None:
    assert (await look_at("http", url=(await web(status=401)).url(), expect={"status": [401, 405]})).ok


async def test_expectations_on_headers_and_body_are_judged(web: Web, look_at: LookAt) -> None:
    url = (await web(b'{"status": {"indicator": "none"}}', headers={"Server": "nginx"})).url()

    assert (await look_at("http", url=url, expect={"headers": {"server": "^nginx"}, "body": "indicator"})).ok
    assert (await look_at("http", url=url, expect={"json_path": {"status.indicator": "none"}})).ok
    wrong = await look_at("http", url=url, expect={"json_path": {"status.indicator": "major"}})
    assert (wrong.reason, wrong.blame) == (Reason.CONTENT, Blame.TARGET)
    assert wrong.detail == "status.indicator is 'none', not 'major'"


async def test_reading_stops_at_the_body_limit_and_that_is_well(listen: Listen, look_at: LookAt) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    url = (await listen(endless)).url()

    assert (await look_at("http", url=url, body_limit=100_000)).ok
    missing = await look_at("http", url=url, body_limit=10, expect={"body": "y"})
    assert missing.detail == "the body lacks 'y' (only the first 10 bytes were read)"


async def test_a_slow_answer_is_a_failure_when_a_limit_is_given(web: Web, look_at: LookAt) -> None:
    url = (await web(delay_s=0.1)).url()

    outcome = await look_at("http", url=url, slow_ms=50)
    phase = await look_at("http", url=url, slow_ms={"ttfb": 50, "connect": 2000})
    body = await look_at("http", url=url, slow_ms={"body": 80, "tls": 1, "dns": 1})

    assert (outcome.reason, outcome.blame) == (Reason.SLOW, Blame.TARGET)
    assert outcome.detail.startswith("the answer took 1")
    assert (phase.reason, phase.blame) == (Reason.SLOW, Blame.TARGET)
    assert phase.detail.startswith("the first byte took 1")
    assert body.ok


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
async def test_a_compressed_answer_is_unpacked(web: Web, look_at: LookAt, packed: Callable[[bytes], bytes]) -> None:
    encoding = "gzip" if packed is gzip.compress else "deflate"
    server = await web(packed(b"well" * 100), headers={"Content-Encoding": encoding})

    outcome = await look_at("http", url=server.url(), compressed=True, expect={"body": "wellwell", "min_bytes": 400})
    plain = await look_at("http", url=server.url(), expect={"body": "wellwell"})

    assert outcome.ok, outcome
    assert b"gzip" in next(line for line in server.requests[0].split(b"\r\n") if line.startswith(b"Accept-Encoding:"))
    assert not plain.ok
    assert b"ccept-Encoding" not in server.requests[1]


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut(web: Web, look_at: LookAt) -> None:
    server = await web(gzip.compress(bytes(1 << 24)), headers={"Content-Encoding": "gzip"})

    outcome = await look_at(
        "http", url=server.url(), compressed=True, body_limit=1 << 20, expect={"max_bytes": 1 << 20}
    )

    assert outcome.detail == "the body is larger than 1048576 bytes"


async def test_an_answer_that_cannot_be_unpacked_is_a_protocol_error(web: Web, look_at: LookAt) -> None:
    server = await web(b"not packed at all", headers={"Content-Encoding": "gzip"})

    outcome = await look_at("http", url=server.url(), compressed=True)

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)


async def test_a_fixed_address_takes_the_place_of_the_dns(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage], certified: Callable[..., Any], ca_file: str
) -> None:
    server = await web(ssl=certified("nowhere.invalid"))

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file),
        url=server.url(host="Nowhere.invalid", scheme="https"),
        resolve={"nowhere.INVALID": "127.0.0.1"},
    )

    assert outcome.ok, outcome
    assert (outcome.dns_ms, outcome.ip) == (None, "127.0.0.1")
    assert f"Host: Nowhere.invalid:{server.port}".encode() in server.requests[0]


async def test_a_fixed_address_passes_the_guard_like_any(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    server = await web()

    outcome = await look_at(
        "http", vantage=vantages(guard=Guard()), url=server.url(host="a.test"), resolve={"a.test": "127.0.0.1"}
    )

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert server.connections == 0


@pytest.mark.parametrize(("version", "address", "ip"), [("4", "127.0.0.1", "127.0.0.1"), ("6", "[::1]", "::1")])
async def test_the_family_that_answered_is_told(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage], version: str, address: str, ip: str
) -> None:
    server = await web(host=ip)

    def lookup(_host: str, port: int, family: int, kind: int) -> list[Any]:
        both = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET6, ("::1", port, 0, 0))]
        return [(found, kind, 0, "", place) for found, place in both if family in (socket.AF_UNSPEC, found)]

    for vantage, host in ((None, address), (vantages(resolver=Resolver(lookup)), "both.test")):
        outcome = await look_at("http", vantage=vantage, url=server.url(host=host), ip_version=version)

        assert outcome.ok, outcome
        assert (outcome.ip, outcome.extra["ip_version"]) == (ip, version)


async def test_the_request_is_sent_as_it_was_ordered(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    server = await web()
    vantage = vantages(user_agent="outscope/9 (+https://example.org)")

    bodies = {"POST": "a=1", "PUT": "{}", "PATCH": "1", "QUERY": "?"}
    others = dict.fromkeys(("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PROPFIND"))
    for method, body in (*bodies.items(), ("POST", None), *others.items()):
        outcome = await look_at(
            "http",
            vantage=vantage,
            url=server.url("/x?y=1"),
            method=method,
            body=body,
            headers={"X-One": "1\u00fc", "X-Two": ""},
        )
        assert outcome.ok, outcome
        head, _, sent = server.requests[-1].partition(b"\r\n\r\n")
        assert head.startswith(f"{method} /x?y=1 HTTP/1.1\r\n".encode())
        assert "X-One: 1\u00fc\r\n".encode() in head
        assert b"X-Two:" in head
        assert b"outscope/9 (+https://example.org)" in head
        assert sent == (body or "").encode()


async def test_the_source_address_is_used(web: Web, look_at: LookAt, vantages: Callable[..., Vantage]) -> None:
    server = await web()

    outcome = await look_at("http", vantage=vantages(source_address="127.1.2.3"), url=server.url())

    assert outcome.ok, outcome
    assert server.peers == ["127.1.2.3"]


async def test_a_source_address_that_this_machine_does_not_have_is_our_fault(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    outcome = await look_at("http", vantage=vantages(source_address="192.0.2.200"), url=(await web()).url())

    assert (outcome.ok, outcome.blame) == (False, Blame.PROBER)


async def test_proxies_of_the_environment_are_not_used(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert (await look_at("http", url=(await web()).url())).ok


async def test_a_secret_reaches_the_target_and_nothing_else(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "hush")
    server = await web(status=500)

    outcome = await look_at(
        "http", url=server.url(), headers={"Authorization": "Bearer ${env:OUTSCOPE_SECRET_KEY}"}, trace=True
    )

    assert b"Authorization: Bearer hush\r\n" in server.requests[0]
    assert "hush" not in repr(outcome)


async def test_a_missing_secret_is_our_fault_and_is_named(web: Web, look_at: LookAt) -> None:
    outcome = await look_at("http", url=(await web()).url(), headers={"A": "${env:OUTSCOPE_SECRET_NOT_SET}"})

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert "OUTSCOPE_SECRET_NOT_SET" in outcome.detail


async def test_which_edge_answered_is_kept(web: Web, look_at: LookAt) -> None:
    server = await web(headers={"CF-Ray": "8a-FRA", "Via": "1.1 varnish", "X-Other": "no"})

    extra = (await look_at("http", url=server.url())).extra

    assert extra == {
        "http_version": "1.1",
        "ip_version": "4",
        "cf-ray": "8a-FRA",
        "via": "1.1 varnish",
        "edge": "cloudflare FRA",
    }


async def test_a_connection_that_is_not_taken_is_the_paths_fault(look_at: LookAt, full_port: int) -> None:
    outcome = await look_at("http", url=f"http://127.0.0.1:{full_port}/", timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.PATH)
    assert "no connection" in outcome.detail


async def test_silence_after_the_connection_is_the_targets_fault(listen: Listen, look_at: LookAt) -> None:
    outcome = await look_at("http", url=(await listen(silence)).url(), timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert outcome.ip == "127.0.0.1"


async def test_an_answer_that_drips_does_not_outlive_the_deadline(listen: Listen, look_at: LookAt) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    outcome = await look_at("http", url=(await listen(drip)).url(), timeout_ms=200)

    assert (outcome.reason, outcome.blame, outcome.status_code) == (Reason.TIMEOUT, Blame.TARGET, 200)
    assert outcome.total_ms is not None
    assert outcome.total_ms < 300


async def test_endings_in_the_middle_are_resets(listen: Listen, look_at: LookAt) -> None:
    heads = itertools.cycle([b"", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"])

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(next(heads))
        await writer.drain()

    url = (await listen(hang_up)).url()

    nothing, part = await look_at("http", url=url), await look_at("http", url=url)
    assert (nothing.reason, nothing.blame) == (Reason.RESET, Blame.TARGET)
    assert (part.reason, part.blame, part.status_code) == (Reason.RESET, Blame.PATH, 200)


async def test_what_is_not_http_is_a_protocol_error(listen: Listen, look_at: LookAt) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await writer.drain()

    outcome = await look_at("http", url=(await listen(greet)).url())

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http://user:secret@example.org/",
        "http://1.1.1.1@127.0.0.1/",
        "http://example.org/a b",
        "http://example.org:99999/",
        "//example.org",
        "http://b\u00fccher.example/",
        "http://a..b/",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        HttpParams(url=url)


@pytest.mark.parametrize("headers", [{"A B": "1"}, {"A": "1\r\nEvil: 1"}, {"": "1"}])
def test_headers_that_would_smuggle_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="headers"):
        HttpParams(url="http://example.org/", headers=headers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "get"},
        {"method": "GET /"},
        {"method": "CONNECT"},
        {"method": "HEAD", "expect": {"min_bytes": 1}},
        {"body_limit": 10, "expect": {"max_bytes": 11}},
        {"resolve": {"a.test": "b.test"}},
        {"resolve": {"a.test:80": "192.0.2.1"}},
        {"headers": {"Authorization": "x"}, "auth": {"bearer": "${env:OUTSCOPE_SECRET_A}"}},
        {"reuse": True, "proxy": {"url": "http://192.0.2.1:8080"}},
        {"ip_version": "6", "url": "http://192.0.2.1/"},
        {"ip_version": "4", "resolve": {"example.org": "::1"}},
    ],
)
def test_what_does_not_go_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="HttpParams"):
        HttpParams.model_validate({"url": "http://example.org/", **wrong})


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.S))
def test_the_examples_of_the_docs_are_right(example: str) -> None:
    for alternative in example.split("  # or\n"):
        given = yaml.safe_load(alternative)
        check = given[0] if isinstance(given, list) else given
        own = {name: value for name, value in check.items() if name not in ("id", "kind")}
        HttpParams.model_validate({"url": "https://a.example/", **own})
