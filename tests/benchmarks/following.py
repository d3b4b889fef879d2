"""How soon, and at what memory, many clients are told of a change over open streams.

Run by hand: `python -m tests.benchmarks.following [--clients 1000] [--changes 20] [--websocket]`.
Two processes:
the API on uvicorn; this one, which holds the streams by plain sockets, writes changes of a verdict
into the store, and notes when each client has each. Prints the time from the commit to the last
client (median and worst of the changes), and the memory of the API a client.
"""

import argparse
import asyncio
import multiprocessing
import resource
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.benchmarks.api import serve
from worker.contract.clock import now

STREAM = b"GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
SOCKET = STREAM[:-2] + (
    b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


def rss_kb(pid: int) -> int:
    """Resident memory of a process in kilobytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


class Client(asyncio.Protocol):
    """Counts the verdicts that came, and when the last did."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.verdicts = 0
        self.at_s = 0.0
        self.ready = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.ready = self.ready or b'"reason":"all that follows' in data
        told = data.count(b'"type":"verdict"')
        if told:
            self.verdicts += told
            self.at_s = time.monotonic()


async def hold(port: int, clients: int, request: bytes = STREAM) -> list[Client]:
    """So many open streams, each ready."""
    loop, held = asyncio.get_running_loop(), list[Client]()
    for begin in range(0, clients, 100):
        part = [
            loop.create_connection(partial(Client, request), "127.0.0.1", port)
            for _ in range(min(100, clients - begin))
        ]
        held += [protocol for _, protocol in await asyncio.gather(*part)]
    while not all(client.ready for client in held):  # noqa: ASYNC110 - read by this loop
        await asyncio.sleep(0.05)
    return held


async def change(store: Store, number: int, held: list[Client]) -> float:
    """Seconds from a committed change to the last client."""
    before = held[0].verdicts
    await store.verdicts.add(seeds.kept(seeds.verdict("claude", now(), reason=f"change {number}")))
    committed = time.monotonic()
    while not all(client.verdicts > before for client in held):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.005)
    return max(client.at_s for client in held) - committed


async def measure(
    url: str, port: int, pid: int, clients: int, changes: int, request: bytes
) -> None:
    """Print the figures."""
    async with open_store(url) as store:
        await store.configurations.save(seeds.configuration(), now())
        await hold_one(port)
        empty = rss_kb(pid)
        held = await hold(port, clients, request)
        full = rss_kb(pid)
        took = [await change(store, number, held) for number in range(changes)]
    print(f"clients {clients}: {(full - empty) / clients:.1f} kB each (API {full / 1024:.0f} MB)")
    print(f"change to the last client: median {statistics.median(took) * 1000:.0f} ms,", end=" ")
    print(f"worst of {changes} {max(took) * 1000:.0f} ms; limit 500 ms")


async def hold_one(port: int) -> None:
    """Wait until the API answers, and let it make what it makes once."""
    while True:
        try:
            await hold(port, 1)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--websocket", action="store_true")
    told = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        url, port = f"sqlite://{folder}/outscope.db", free_port()
        asyncio.run(made(url))
        api = multiprocessing.get_context("spawn").Process(target=serve, args=(url, port))
        api.start()
        try:
            assert api.pid is not None
            request = SOCKET if told.websocket else STREAM
            asyncio.run(measure(url, port, api.pid, told.clients, told.changes, request))
        finally:
            api.terminate()
            api.join()


async def made(url: str) -> None:
    """Make the store, so that the API may begin."""
    async with open_store(url):
        return


if __name__ == "__main__":
    main()
