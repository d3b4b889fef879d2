"""Connections and answers that fail in the middle, and whose fault that is."""

import asyncio
import itertools

from tests.worker.probes.conftest import Listen, LookAt, read_request, silence
from worker.contract.outcome import Blame, Reason


async def test_a_connection_that_is_not_taken_is_the_paths_fault(
    look_at: LookAt, full_port: int
) -> None:
    outcome = await look_at("http", url=f"http://127.0.0.1:{full_port}/", timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.PATH)
    assert "no connection" in outcome.detail


async def test_silence_after_the_connection_is_the_targets_fault(
    listen: Listen, look_at: LookAt
) -> None:
    outcome = await look_at("http", url=(await listen(silence)).url(), timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert outcome.ip == "127.0.0.1"


async def test_an_answer_that_drips_does_not_outlive_the_deadline(
    listen: Listen, look_at: LookAt
) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    outcome = await look_at("http", url=(await listen(drip)).url(), timeout_ms=200)

    assert (outcome.reason, outcome.blame, outcome.status_code) == (
        Reason.TIMEOUT,
        Blame.TARGET,
        200,
    )
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
