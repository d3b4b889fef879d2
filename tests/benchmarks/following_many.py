"""Many clients that follow events: what each costs in memory, and how soon they hear."""

import argparse
import asyncio
import resource
import selectors
import socket
import time
from typing import Any

from coordinator.store import open_store
from tests.api import seeds
from tests.benchmarks import api
from worker.contract.clock import now

REQUEST = (
    b"GET /v1/events HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n"
    b"user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    b"accept-language: en-US,en;q=0.5\r\ncache-control: no-cache\r\n\r\n"
)


def measure(server: Any, peer: Any, url: str, options: argparse.Namespace) -> None:
    """Print memory of many who follow, ours and the bare server's, and how soon some hear."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    api.configure(options.services, options.parts)
    for name, one in (("ours", server), ("bare", peer)):
        follow(one.port, 50, b": here" if name == "bare" else b"event: ready")  # what is made once
        time.sleep(3)
        before = one.kb()
        marker = b": here" if name == "bare" else b"event: ready"
        links = follow(one.port, options.listeners, marker, keep=True)
        time.sleep(1)
        each = (one.kb() - before) * 1024 / len(links) / 1000
        whole = one.kb() * 1024 / 1e6
        print(f"{name}: {len(links)} follow events, {each:.1f} kB each, {whole:.0f} MB")
        if name == "ours":
            heard(server, url, links[: options.hearers], "of these")
        _close(links)
        time.sleep(3)
    links = follow(server.port, options.hearers, b"event: ready", keep=True)
    heard(server, url, links, "alone")
    _close(links)


def follow(port: int, count: int, marker: bytes, keep: bool = False) -> list[socket.socket]:
    """So many connections that were told the beginning."""
    links = []
    for begin in range(0, count, 100):
        some = [
            socket.create_connection(("127.0.0.1", port), 60)
            for _ in range(min(100, count - begin))
        ]
        for link in some:
            link.sendall(REQUEST)
        for link in some:
            told = b""
            while marker not in told:
                part = link.recv(65536)
                assert part, told
                told += part
        links += some
    if not keep:
        _close(links)
    return links


def heard(server: Any, url: str, links: list[socket.socket], which: str) -> None:
    """Change a verdict, and print when how many have heard."""
    for number in range(3):
        began = asyncio.run(_change(url, number))
        before = server.cpu_s()
        times, waiting = [], selectors.DefaultSelector()
        for link in links:
            link.setblocking(False)
            waiting.register(link, selectors.EVENT_READ)
        while len(times) < len(links):
            ready = waiting.select(60)
            assert ready, "nobody told us"
            at = time.time()
            for key, _ in ready:
                if b"event: verdict" in key.fileobj.recv(65536):  # type: ignore[union-attr]
                    times.append((at - began) * 1000)
        waiting.close()
        times.sort()
        cpu_ms = (server.cpu_s() - before) * 1000
        print(
            f"{len(links)} {which} heard of a changed verdict: the first after {times[0]:.0f} ms,"
            f" half {times[len(times) // 2]:.0f} ms, the last {times[-1]:.0f} ms; {cpu_ms:.0f} ms"
            " of CPU"
        )


async def _change(url: str, number: int) -> float:
    """Store a verdict; the moment when it is."""
    async with open_store(url, migrate=False) as store:
        changed = seeds.verdict("s0", now(), reason=f"changed {number}")
        await store.verdicts.add(seeds.kept(changed))
        return time.time()


def _close(links: list[socket.socket]) -> None:
    for link in links:
        link.close()
