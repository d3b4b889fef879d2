"""Bodies of http answers: how much is read, and how it is unpacked."""

import asyncio
import gzip
import zlib
from collections.abc import Callable

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
    missing = await look_at("http", url=url, body_limit=10, expect={"body": "y"})
    assert missing.detail == "the body lacks 'y' (only the first 10 bytes were read)"


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
