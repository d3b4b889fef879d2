"""What the API costs beside a bare FastAPI route that answers the same bytes, in the same run.

Run by hand: `python -m tests.benchmarks.beside_bare [cost] [load] [listeners] [memory]`; without a
word all of them. Both servers run on one core and take turns. The figure is CPU time of the server
process (its user and system time, all threads), which other work on this machine hardly changes.

- cost: a request, by address: the same bytes, packed, `304`, with a token
- load: the time of an answer at 1,000 requests/s while 2,000 results/s are written
- listeners: memory of 5,000 that follow events; how soon 1,000 hear of a changed verdict
- memory: of a process at rest, and after each address was asked once
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.supervisor.claim import free_port
from coordinator.access.scopes import Scope
from coordinator.store import open_store
from tests.api import seeds
from tests.api.http.access.asking import token_of
from tests.benchmarks import api, following_many
from tests.benchmarks.asking import Asks, ask_for
from worker.contract.clock import now

ADDRESSES = 2_000
BARE = "from tests.benchmarks.bare import main; main()"
_SERVED, _ASKS = 2, 5  # who asks shares a core with the writer, and is to note answers at once
PATHS = {
    "one service": "/v1/services/s0",
    "list": "/v1/services",
    "matrix": "/v1/services/s0/matrix",
    "here": "/v1/here",
    "advice": "/v1/advice?services=s0,s1,s2",
    "overview": "/v1/overview",
}


@dataclass(frozen=True)
class Case:
    """One way to ask."""

    name: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    addresses: int = 0
    """From so many addresses by turns."""


class Process:
    """A server on the first core, all its threads."""

    def __init__(self, command: list[str], port: int, **environment: str) -> None:
        self.port = port
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {0})  # which it takes over from us
        self._process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
        os.sched_setaffinity(0, own)
        self.pid = self._process.pid
        asyncio.run(_answers(port))

    def cpu_s(self) -> float:
        """User and system time of all its threads, those that ended included."""
        return time.clock_gettime(((~self.pid) << 3) | 2)  # the clock of another process

    def kb(self, what: str = "Rss") -> int:
        """What it holds in memory."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(f"{what}:")).split()[1])

    def stop(self) -> None:
        """Returns when it has ended."""
        self._process.kill()
        self._process.wait()


async def _answers(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


def ours(url: str, **environment: str) -> Process:
    """The API as operators run it."""
    port = free_port()
    command = ["-m", "api.cli", "api", "--database", url, "--port", str(port)]
    return Process(command, port, **environment)


def bare(folder: Path, server: Process) -> Process:
    """The bare routes, with the bodies that ours answered."""
    bodies = {path: asyncio.run(ask_for(server.port, path))[1].decode() for path in PATHS.values()}
    told = {path.partition("?")[0]: body for path, body in bodies.items()}
    file = folder / "bodies.json"
    file.write_text(json.dumps(told))
    port = free_port()
    return Process(["-c", BARE, str(port), str(file)], port)


def cases(token: str, server: Process) -> Iterator[Case]:
    """Every way to ask that is measured."""
    for name, path in PATHS.items():
        yield Case(name, path)
    one = PATHS["one service"]
    head, _ = asyncio.run(ask_for(server.port, one))
    yield Case("here, 2,000 callers", PATHS["here"], addresses=ADDRESSES)
    for coding in ("gzip", "zstd, gzip"):
        packed = {"accept-encoding": coding}
        yield Case(f"the same, {coding[:4]}", PATHS["here"], packed, addresses=ADDRESSES)
    yield Case("one service, zstd", one, {"accept-encoding": "zstd, gzip"})
    yield Case("one service, 304", one, {"if-none-match": head["etag"]})
    yield Case("one service, token", one, {"authorization": f"Bearer {token}"})


def cost(server: Process, peer: Process, token: str, options: argparse.Namespace) -> None:
    """Print CPU time a request of each case beside the bare route of the same path."""
    print(f"{'':24}{'bytes':>8}{'ours, µs':>10}{'bare, µs':>10}{'of bare':>9}   (rounds)")
    for case in cases(token, server):
        ratios, mine, theirs, size = [], [], [], 0
        for _ in range(options.rounds):
            (a, size), (b, _) = _paid(server, case, options), _paid(peer, case, options)
            mine.append(a)
            theirs.append(b)
            ratios.append(b / a)
        told = " ".join(f"{one:.2f}" for one in ratios)
        print(
            f"{case.name:24}{size:8}{statistics.median(mine):10.0f}"
            f"{statistics.median(theirs):10.0f}{statistics.median(ratios):9.2f}   ({told})"
        )


def _paid(server: Process, case: Case, options: argparse.Namespace) -> tuple[float, int]:
    asks = Asks(server.port, case.path, case.headers, case.addresses)
    asyncio.run(asks.many(options.requests // 10, options.clients))
    before = server.cpu_s()
    asyncio.run(asks.many(options.requests, options.clients))
    return (server.cpu_s() - before) / options.requests * 1e6, asks.size


def load(server: Process, peer: Process, options: argparse.Namespace) -> None:
    """Print how long answers take at a steady rate, ours and the bare route's by turns."""
    for number in range(options.rounds):
        for name, one in (("ours", server), ("bare", peer)):
            asks = Asks(one.port, PATHS["one service"], {}, 0)
            before = one.cpu_s()
            taken = sorted(asyncio.run(asks.steadily(options.rate, options.seconds)))
            core = (one.cpu_s() - before) / options.seconds
            p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
            print(
                f"round {number + 1}, {name}: {len(taken) / options.seconds:.0f}/s, p50"
                f" {p50:.1f} ms, p99 {p99:.1f} ms, worst {taken[-1]:.1f} ms, {core:.0%} of a core"
            )


def memory(server: Process, name: str) -> None:
    """Print what a process holds."""
    held, own = (server.kb(what) * 1024 / 1e6 for what in ("Rss", "Private_Dirty"))
    print(f"{name}: {held:.1f} MB, of which its own {own:.1f}")


@contextmanager
def writing(url: str, options: argparse.Namespace) -> Iterator[None]:
    """Results and verdicts are written meanwhile, on the other core."""
    context = multiprocessing.get_context("spawn")
    arguments = (url, options.services, options.parts, options.results)
    writer = context.Process(target=api.write, args=arguments)
    writer.start()
    if options.first:
        _before_others(_ASKS)
    before, began = _stored(url), time.monotonic()
    try:
        yield
    finally:
        rate = (_stored(url) - before) / (time.monotonic() - began)
        print(f"{rate:.0f} results/s were written meanwhile")
        writer.terminate()
        writer.join(10)


def _stored(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as database:
        return int(database.execute("SELECT count(*) FROM result").fetchone()[0])


def _before_others(priority: int) -> None:
    """Have this process, and those that it starts from now on, run before all other work, as on a
    machine of their own.
    """
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))


async def prepared(url: str, options: argparse.Namespace) -> str:
    """A store of verdicts and results; a token to show."""
    async with open_store(url) as store:
        await store.configurations.save(api.configure(options.services, options.parts), now())
        at = now()
        await store.results.add(
            [seeds.result(at - n * 100, n, region="us-east") for n in range(2_000)]
        )
        await seeds.judged(store, at, *(seeds.verdict(one, at) for one in seeds.SERVICES))
        return (await token_of(store, Scope.READ))[0]


def main() -> None:
    """Start both, measure, end them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = ("cost", "load", "listeners", "memory")
    parser.add_argument("what", nargs="*", choices=(*words, []))
    defaults = {"requests": 2_000, "clients": 8, "rounds": 3, "services": 40, "parts": 5}
    more = {"rate": 1_000, "results": 2_000, "seconds": 10, "listeners": 5_000, "hearers": 1_000}
    for name, default in {**defaults, **more}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--first", action="store_true", help="run before other work (as root)")
    options = parser.parse_args()
    if options.first:
        _before_others(_SERVED)
    options.what = options.what or words
    os.sched_setaffinity(0, {1} if (os.cpu_count() or 1) > 1 else {0})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ends:
        url = f"sqlite://{folder}/outscope.db"
        token = asyncio.run(prepared(url, options))
        server = ours(url, OUTSCOPE_LISTENERS=str(options.listeners + 100))
        ends.callback(server.stop)
        if "memory" in options.what:
            time.sleep(3)
            memory(server, "API at rest")
        peer = bare(Path(folder), server)
        ends.callback(peer.stop)
        if "memory" in options.what:
            memory(peer, "bare FastAPI")
            memory(server, "API, each address asked")
        if "cost" in options.what:
            cost(server, peer, token, options)
        if "load" in options.what:
            with writing(url, options):
                load(server, peer, options)
        if "listeners" in options.what:
            following_many.measure(server, peer, url, options)


if __name__ == "__main__":
    main()
