"""Bodies of http answers: how much is read, and how it is unpacked."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listen, LookAt, Web, read_request
from worker.contract.outcome import Blame, Reason


async def test_reading_stops_at_the_body_limit_and_that_is_well(
    listen: Listen, look_at: LookAt
) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    url = (await listen(endless)).url()

    assert (await look_at("http", url=url, body_limit=100_000)).ok


BEYOND: tuple[dict[str, Any], ...] = (
    {"body": "well"},
    {"body_regex": "we+ll"},
    {"json_path": {"status": "well"}},
    {"json_schema": {"type": "object", "required": ["status"]}},
)


@pytest.mark.parametrize("expect", BEYOND)
@pytest.mark.parametrize("compressed", [False, True])
async def test_what_may_stand_behind_our_own_limit_is_no_fault_of_the_target(
    web: Web, look_at: LookAt, expect: dict[str, Any], *, compressed: bool
) -> None:
    body = b'{"before": "%s", "status": "well"}' % (b"x" * 5000)
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    server = await web(gzip.compress(body) if compressed else body, headers=headers)
    asked = {"url": server.url(), "compressed": compressed, "expect": expect}

    limited = await look_at("http", **asked, body_limit=1000)
    whole = await look_at("http", **asked)

    assert (limited.reason, limited.blame) == (Reason.CONTENT, Blame.PROBER), limited
    assert "in its first 1000 bytes" in limited.detail
    assert "raise body_limit" in limited.detail
    assert whole.ok, whole


async def test_what_was_read_before_the_limit_decides_and_is_the_targets(
    web: Web, look_at: LookAt
) -> None:
    server = await web(b"down" + b"x" * 5000)

    forbidden = await look_at(
        "http", url=server.url(), body_limit=1000, expect={"not_body": "down", "body": "well"}
    )
    larger = await look_at(
        "http", url=server.url(), body_limit=1000, expect={"max_bytes": 900, "body": "well"}
    )

    assert (forbidden.reason, forbidden.blame) == (Reason.CONTENT, Blame.TARGET), forbidden
    assert (larger.reason, larger.blame) == (Reason.CONTENT, Blame.TARGET), larger


async def test_a_document_that_our_library_cannot_read_is_no_fault_of_the_target(
    web: Web, look_at: LookAt
) -> None:
    deep = await web(b"[" * 100_000 + b"]" * 100_000)
    long = await web(b'{"number": %s, "status": "well"}' % (b"7" * 10_000))

    nested = await look_at("http", url=deep.url(), expect={"json_path": {"a": 1}})
    number = await look_at("http", url=long.url(), expect={"json_path": {"status": "well"}})

    assert (nested.reason, nested.blame) == (Reason.CONTENT, Blame.PROBER), nested
    assert number.ok, number


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
async def test_a_compressed_answer_is_unpacked(
    web: Web, look_at: LookAt, packed: Callable[[bytes], bytes]
) -> None:
    encoding = "gzip" if packed is gzip.compress else "deflate"
    server = await web(packed(b"well" * 100), headers={"Content-Encoding": encoding})

    outcome = await look_at(
        "http", url=server.url(), compressed=True, expect={"body": "wellwell", "min_bytes": 400}
    )
    plain = await look_at("http", url=server.url(), expect={"body": "wellwell"})

    assert outcome.ok, outcome
    assert b"gzip" in next(
        line for line in server.requests[0].split(b"\r\n") if line.startswith(b"Accept-Encoding:")
    )
    assert not plain.ok
    assert b"ccept-Encoding" not in server.requests[1]


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut(web: Web, look_at: LookAt) -> None:
    server = await web(gzip.compress(bytes(1 << 24)), headers={"Content-Encoding": "gzip"})

    outcome = await look_at(
        "http", url=server.url(), compressed=True, body_limit=1 << 20, expect={"max_bytes": 1 << 20}
    )

    assert outcome.detail == "the body is larger than 1048576 bytes"


async def test_an_answer_that_cannot_be_unpacked_is_a_protocol_error(
    web: Web, look_at: LookAt
) -> None:
    server = await web(b"not packed at all", headers={"Content-Encoding": "gzip"})

    outcome = await look_at("http", url=server.url(), compressed=True)

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)
