"""The engine: many transfers at once, none left behind."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
import uvloop

from tests.worker.probes.conftest import LOOPBACK, Listen, Listener, LookAt, read_request, silence
from worker.contract.outcome import Reason
from worker.probes.run import ParsedCheck, Vantage, look_once, parse_spec
from worker.targets.guard import Guard

Web = Callable[..., Awaitable[Listener]]
Vantages = Callable[..., Vantage]


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_many_looks_run_at_once(web: Web, look_at: LookAt) -> None:
    server = await web(delay_s=0.2)
    began = time.monotonic()

    outcomes = await asyncio.gather(*(look_at("http", url=server.url()) for _ in range(100)))

    assert all(outcome.ok for outcome in outcomes)
    assert time.monotonic() - began < 2
    assert server.connections == 100


async def test_a_cancelled_look_leaves_nothing_behind(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    server = await listen(_read_until_closed)
    vantage = vantages()
    tasks = [
        asyncio.create_task(look_at("http", vantage=vantage, url=server.url())) for _ in range(20)
    ]
    await server.until(lambda it: it.open == 20)
    assert vantage.curl.in_flight() == 20

    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert all(task.cancelled() for task in tasks)
    assert vantage.curl.in_flight() == 0
    await server.until(lambda it: it.open == 0)


async def test_a_look_is_right_after_one_that_was_cancelled_or_late(
    web: Web, listen: Listen, look_at: LookAt
) -> None:
    silent, server = await listen(silence), await web(b"well")
    task = asyncio.create_task(
        look_at("http", url=silent.url(), method="POST", body="x", headers={"A": "1"})
    )
    await silent.until(lambda it: it.open == 1)
    task.cancel()
    late = await look_at("http", url=silent.url(), method="HEAD", timeout_ms=50)

    outcome = await look_at("http", url=server.url(), expect={"body": "well"})

    assert late.reason is Reason.TIMEOUT
    assert outcome.ok
    assert server.requests[0].startswith(b"GET / ")
    assert b"A: 1" not in server.requests[0]


async def test_no_descriptor_is_leaked(
    web: Web, listen: Listen, look_at: LookAt, closed_port: int
) -> None:
    server, silent = await web(), await listen(silence)
    urls = [
        server.url(),
        server.url(host="localhost"),
        silent.url(),
        f"http://127.0.0.1:{closed_port}/",
    ]
    await asyncio.gather(*(look_at("http", url=url, timeout_ms=100) for url in urls))
    before = descriptors()

    for _ in range(10):
        await asyncio.gather(*(look_at("http", url=url, timeout_ms=50) for url in urls))

    await silent.until(lambda it: it.open == 0 or it.handler is silence)
    assert descriptors() <= before + 10 + 2  # the silent listener's own ends of ten connections


async def test_closing_ends_what_is_on_its_way(listen: Listen, look_at: LookAt) -> None:
    server = await listen(_read_until_closed)
    vantage = Vantage(guard=Guard(LOOPBACK))
    task = asyncio.create_task(look_at("http", vantage=vantage, url=server.url()))
    await server.until(lambda it: it.open == 1)

    await vantage.close()

    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda it: it.open == 0)


async def test_deadlines_are_exact_while_others_are_busy(
    web: Web, listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    busy, silent, vantage = await web(), await listen(_read_until_closed), vantages()
    over = asyncio.Event()

    async def keep_busy() -> None:
        while not over.is_set():
            assert (await look_at("http", url=busy.url())).ok

    async def overdue_ms(check: ParsedCheck) -> float:
        began = time.monotonic()
        outcome = await look_once(check, vantage)
        # not stopped from outside
        assert outcome.detail == f"connected, but no answer within {check.spec.timeout_ms} ms"
        return (time.monotonic() - began) * 1000 - check.spec.timeout_ms

    usual = {"id": "t", "interval_ms": 1, "kind": "http", "params": {"url": silent.url()}}
    checks = [
        parse_spec(json.dumps({**usual, "timeout_ms": 300 + 5 * number})) for number in range(100)
    ]
    others = [asyncio.create_task(keep_busy()) for _ in range(20)]
    with starved() as oversleeps:
        overdue = await asyncio.gather(*map(overdue_ms, checks))
    over.set()
    await asyncio.gather(*others)

    assert min(overdue) > -5
    assert max(overdue) < 50 + max(oversleeps) * 1000
    assert busy.connections > 100


@contextmanager
def starved() -> Iterator[list[float]]:
    """How long this process gets no turn because of others on the machine, in seconds, told by a
    thread that naps.
    """
    oversleeps = [0.0]
    over = threading.Event()

    def nap() -> None:
        while not over.is_set():
            began = time.monotonic()
            time.sleep(0.002)
            oversleeps.append(time.monotonic() - began - 0.002)

    thread = threading.Thread(target=nap)
    thread.start()
    try:
        yield oversleeps
    finally:
        over.set()
        thread.join()


def test_it_runs_under_uvloop() -> None:
    async def main() -> list[Reason]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        vantage = Vantage(guard=Guard(LOOPBACK))
        looks: list[tuple[str, dict[str, object]]] = [
            ("http", {"url": f"http://localhost:{port}/", "ip_version": "4"}),
            *[("http", {"url": f"http://127.0.0.1:{port}/"})] * 30,
            ("tcp", {"host": "127.0.0.1", "port": port}),
            ("tls", {"host": "127.0.0.1", "port": port}),
            ("dns", {"server": "127.0.0.1", "port": port, "name": "x.test"}),
        ]
        usual = {"id": "t", "interval_ms": 1, "timeout_ms": 500}
        specs = [json.dumps({**usual, "kind": kind, "params": params}) for kind, params in looks]
        outcomes = await asyncio.gather(*(look_once(parse_spec(spec), vantage) for spec in specs))
        await vantage.close()
        server.close()
        return [outcome.reason for outcome in outcomes]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        *well, tls, dns = runner.run(main())
    assert well == [Reason.OK] * 32
    assert tls in (Reason.TLS, Reason.TIMEOUT, Reason.RESET)
    assert dns in (Reason.REFUSED, Reason.TIMEOUT)


async def _read_until_closed(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass
