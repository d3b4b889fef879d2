"""How long `/` and `/v1/services` take while results are written into the same SQLite file.

Run by hand: `python tests/benchmarks/api.py [--seconds 20] [--clients 20] [--rate 170] [--services
40] [--parts 5]`. Three processes: the API on uvicorn; a writer that does what a coordinator does
(inserts in batches every 200 ms, the standings of every service, region and worker every second);
this one, which asks. Each client keeps one connection and asks again after `--pause` ms, as pages
do that many people leave open; `--pause 0` asks as fast as answers come.
"""

import argparse
import asyncio
import multiprocessing
import socket
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from coordinator.store import open_store
from tests.api import seeds
from worker.contract.clock import now

PATHS = ("/", "/v1/services", "/v1/overview")
CHECKS_A_PART = 5
DEFAULTS = {"seconds": 20, "clients": 20, "rate": 170, "services": 40, "parts": 5, "pause": 100}


def configure(services: int, parts: int) -> dict[str, Any]:
    """A configuration of so many services with so many components; also what `seeds` speaks of from
    now on.
    """
    seeds.SERVICES.clear()
    for number in range(services):
        seeds.SERVICES[f"s{number}"] = (
            f"Service {number}",
            {f"c{part}": f"Component {part}" for part in range(parts)},
        )
    document = seeds.configuration()
    for service in document["services"]:
        for part in service["components"]:
            (check,) = part["checks"]
            part["checks"] = [
                {**check, "id": f"{check['id']}-{copy}"} for copy in range(CHECKS_A_PART)
            ]
    return document


def write(url: str, services: int, parts: int, rate: int) -> None:
    """The writer's process: goes on until it is ended."""
    configure(services, parts)

    async def go_on() -> None:
        async with open_store(url) as store:
            number, beat = 0, time.monotonic()
            while True:
                at = now()
                batch = [seeds.result(at, number + n, region="eu-west") for n in range(rate // 5)]
                number += len(batch)
                await store.results.add(batch)
                if number % rate < rate // 5:
                    await seeds.judged(
                        store, at, *(seeds.verdict(service, at) for service in seeds.SERVICES)
                    )
                beat += 0.2
                await asyncio.sleep(max(0.0, beat - time.monotonic()))

    asyncio.run(go_on())


def serve(url: str, port: int) -> None:
    """The API's process, as `outscope api` runs it."""
    from api.http.server import run_api

    run_api(url, "127.0.0.1", port)


async def ask(port: int, pause_s: float, until: float, taken: dict[str, list[float]]) -> None:
    """One client: asks for one path after the other over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    turn = 0
    while time.monotonic() < until:
        path = PATHS[turn % len(PATHS)]
        turn += 1
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 OK" in head, head
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        taken[path].append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(pause_s)
    writer.close()


async def measure(port: int, options: argparse.Namespace) -> dict[str, list[float]]:
    """All clients at once, their starts spread over one pause; milliseconds by path."""
    taken: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + options.seconds
    clients = []
    for _ in range(options.clients):
        clients.append(asyncio.create_task(ask(port, options.pause / 1000, until, taken)))
        await asyncio.sleep(options.pause / 1000 / options.clients)
    await asyncio.gather(*clients)
    return taken


async def listening(port: int) -> None:
    """Returns when the server answers, within 30 s."""
    for _ in range(300):
        try:
            await ask(port, 0, time.monotonic() + 0.01, defaultdict(list))
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


async def prepare(url: str, options: argparse.Namespace) -> None:
    """A database with the configuration and some results."""
    async with open_store(url) as store:
        await store.configurations.save(configure(options.services, options.parts), now())
        await store.results.add(
            [seeds.result(now() - n * 100, n, region="us-east") for n in range(20_000)]
        )


async def run(port: int, options: argparse.Namespace) -> None:
    """Measure, and print a line for each path."""
    await listening(port)
    await asyncio.sleep(2)
    taken = await measure(port, options)
    total = sum(map(len, taken.values()))
    cells, rate = options.services * options.parts * len(seeds.REGIONS), total / options.seconds
    print(
        f"{cells} cells, {options.rate} results/s written, {options.clients} clients, {rate:.0f}"
        " requests/s"
    )
    for path in PATHS:
        ordered = sorted(taken[path])
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(
            f"{path:14} n={len(ordered):6}  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  max"
            f" {ordered[-1]:6.2f} ms"
        )


def main() -> None:
    """Start the processes, measure, end them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in DEFAULTS.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/outscope.db"
        asyncio.run(prepare(url, options))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        context = multiprocessing.get_context("spawn")
        others = [
            context.Process(target=serve, args=(url, port)),
            context.Process(
                target=write, args=(url, options.services, options.parts, options.rate)
            ),
        ]
        for process in others:
            process.start()
        try:
            asyncio.run(run(port, options))
        finally:
            for process in others:
                process.terminate()
                process.join(10)


if __name__ == "__main__":
    main()
