"""Side by side with Prometheus' blackbox_exporter: the same nginx, fresh connections, 100 in flight, one run.

`make bench-peers` installs the peer (a Debian package) and runs this. CPU time of the prober's own process counts,
because the machine is shared; rounds of both take turns, because its speed drifts, and the middle round counts. Our
side writes a full result row for each look; "with Celery" is a whole worker process, orders in and reports out.
Timing is judged against a server that says itself how long it took. The exit code is 1 when a promise is not kept.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from api.cli.bench.local import Local, free_port, local_servers
from api.cli.bench.looking import fetch_delays
from api.cli.bench.probes import local_job, measured
from tests.benchmarks.worker import broker, cpu_s, measure, rss_mb, running
from tests.faults.coordinator import Coordinator
from tests.faults.worker import WorkerProcess

CONCURRENCY = 100
ROUNDS = 3
PACES = (2000, 500)
_PROCESSING = re.compile(rb'probe_http_duration_seconds\{phase="processing"\} (\S+)')


class Exporter:
    """Asks blackbox_exporter for probes over connections that are kept, as Prometheus does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def probe(self, target: str) -> bytes:
        """The metrics of one probe, which must have gone well."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET /probe?module=http_2xx&target={target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else await _chunked(reader)
        self._idle.append((reader, writer))
        assert b"\nprobe_success 1\n" in body, body
        return body

    def close(self) -> None:
        """Close the connections."""
        for _, writer in self._idle:
            writer.close()


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def peer_cost(pid: int, port: int, target: str, seconds: float) -> tuple[float, float]:
    """Microseconds of the exporter's CPU per probe, and probes per second, with `CONCURRENCY` in flight."""

    async def keep_asking() -> int:
        exporter, done, until_s = Exporter(port), 0, time.monotonic() + seconds

        async def one() -> None:
            nonlocal done
            while time.monotonic() < until_s:
                await exporter.probe(target)
                done += 1

        await asyncio.gather(*(one() for _ in range(CONCURRENCY)))
        exporter.close()
        return done

    before, began_s = cpu_s(pid), time.monotonic()
    done = uvloop.run(keep_asking())
    return (cpu_s(pid) - before) / done * 1e6, done / (time.monotonic() - began_s)


def peer_timing(port: int, local: Local, per_s: float, seconds: float, first: int) -> list[float]:
    """Errors of the exporter's time to first byte at a steady rate, in milliseconds, sorted."""
    numbers = range(first, first + int(per_s * seconds))

    async def ask() -> list[bytes]:
        exporter, began_s = Exporter(port), time.perf_counter()
        tasks: list[asyncio.Task[bytes]] = []
        for index, number in enumerate(numbers):
            if (wait_s := began_s + index / per_s - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            asking: Coroutine[Any, Any, bytes] = exporter.probe(f"http://127.0.0.1:{local.timed_http}/timed/{number}")
            tasks.append(asyncio.create_task(asking))
        bodies = list(await asyncio.gather(*tasks))
        exporter.close()
        return bodies

    bodies = uvloop.run(ask())
    delays = fetch_delays(f"http://127.0.0.1:{local.timed_http}/delays")
    found = [_PROCESSING.search(body) for body in bodies]
    return sorted(abs(float(f[1]) * 1000 - delays[str(n)]) for n, f in zip(numbers, found, strict=True) if f)


@contextmanager
def blackbox(folder: Path, ca_file: str) -> Iterator[tuple[int, int]]:
    """The exporter with its defaults, IPv4, and trust in the local server; its process id and port."""
    port = free_port()
    http = {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": ca_file}}
    (folder / "blackbox.yml").write_text(json.dumps({"modules": {"http_2xx": {"prober": "http", "http": http}}}))
    command = ["prometheus-blackbox-exporter", f"--config.file={folder}/blackbox.yml", "--log.level=error"]
    with running([*command, f"--web.listen-address=127.0.0.1:{port}"], port) as pid:
        yield pid, port


class Promises:
    """Prints each figure beside its promise, and remembers whether all are kept."""

    def __init__(self) -> None:
        self.kept = True

    def ratio(self, what: str, ours_us: float, peers_us: float, least: float) -> None:
        """Ours is at least so many times as cheap."""
        ratio = peers_us / ours_us
        self._say(
            f"{what}: {ours_us:.0f} us CPU a look, {1e6 / ours_us:,.0f} looks per core-second; blackbox_exporter "
            f"{peers_us:.0f} us, {1e6 / peers_us:,.0f}: {ratio:.1f} times (promise: {least})",
            ratio >= least,
        )

    def most(self, what: str, value: float, most: float, unit: str) -> None:
        """A figure is at most so much."""
        self._say(f"{what}: {value:.3g} {unit} (promise: at most {most:.3g})", value <= most)

    def least(self, what: str, value: float, least: float) -> None:
        """A figure is at least so much."""
        self._say(f"{what}: {value:,.0f} (promise: at least {least:,.0f})", value >= least)

    def _say(self, sentence: str, kept: bool) -> None:
        self.kept = self.kept and kept
        print(f"{'  ' if kept else '! '}{sentence}", flush=True)


def ours(local: Local, kind: str = "http", *, tls: bool = False, seconds: float) -> dict[str, Any]:
    """The figures of `outscope bench probes`."""
    return measured({**local_job(local, kind, tls=tls), "seconds": seconds, "concurrency": CONCURRENCY})


def middle(rounds: int, *sides: Callable[[], float]) -> list[float]:
    """The median of each side over rounds in which they take turns."""
    found = [[side() for side in sides] for _ in range(rounds)]
    return [median(values) for values in zip(*found, strict=True)]


def engines(local: Local, peer: tuple[int, int], seconds: float, promises: Promises) -> None:
    """The engine against the peer, HTTP and HTTPS."""
    for tls, least in ((False, 5.0), (True, 1.3)):
        target = f"{'https' if tls else 'http'}://127.0.0.1:{local.https if tls else local.http}/"
        engine_us, peer_us = middle(
            ROUNDS,
            lambda tls=tls: float(ours(local, tls=tls, seconds=seconds)["cpu_us_per_look"]),
            lambda target=target: peer_cost(*peer, target, seconds)[0],
        )
        promises.ratio("engine, HTTPS" if tls else "engine, HTTP", engine_us, peer_us, least)


def whole(folder: Path, local: Local, peer: tuple[int, int], seconds: float, promises: Promises) -> None:
    """A worker process with Celery and the way to the broker against the peer, and its memory."""
    settings = {"OUTSCOPE_CA_FILE": local.ca_file}
    target = f"http://127.0.0.1:{local.http}/"
    with (
        broker(folder) as valkey,
        WorkerProcess(valkey.url, folder / "worker", settings=settings) as worker,
        Coordinator(valkey.url) as coordinator,
    ):
        looks = int(2000 * seconds)

        def worker_us() -> float:
            cpu, _, _ = measure(worker, coordinator, local.http, "http", looks, order_looks=500, ahead=1000)
            return cpu / looks * 1e6

        measure(worker, coordinator, local.http, "http", 4000, order_looks=CONCURRENCY, ahead=CONCURRENCY)
        promises.most(f"worker at {CONCURRENCY} in flight, memory", rss_mb(worker.pid), 70, "MB")
        ours_us, peer_us = middle(ROUNDS, worker_us, lambda: peer_cost(*peer, target, seconds)[0])
        promises.ratio("worker with Celery, HTTP", ours_us, peer_us, 2.5)
        print(f"  worker with 1,000 looks ordered ahead, memory: {rss_mb(worker.pid):.0f} MB")


def timing(local: Local, port: int, seconds: float, promises: Promises) -> None:
    """Whose times to first byte are nearer to the truth at the same pace."""
    first = iter(range(10**7, 10**9, 10**6))
    for pace in PACES:

        def peers_p99(pace: int = pace) -> float:
            errors = peer_timing(port, local, pace, 1.0, next(first))
            return errors[int(len(errors) * 0.99)]

        def ours_p99(pace: int = pace) -> float:
            job = {**local_job(local, "http", tls=False), "seconds": seconds, "concurrency": CONCURRENCY}
            return float(measured({**job, "timed_per_s": pace})["ttfb_error_ms_p99"])

        ours_ms, peers_ms = middle(ROUNDS, ours_p99, peers_p99)
        what = f"error of the time to first byte, p99 at {pace} looks/s, against the peer's"
        promises.most(what, ours_ms, peers_ms, "ms")


def kinds(local: Local, seconds: float, promises: Promises) -> None:
    """The other kinds, per core-second."""
    from worker.probes import KINDS

    for kind, least in (("tcp", 3000), ("dns", 3000), ("icmp", 3000), ("tls", 1000)):
        if kind in KINDS:
            figures = ours(local, kind, seconds=seconds)
            if figures["failed"]:
                print(f"  {kind}: cannot be measured here: {figures['first_failure']}")
            else:
                promises.least(f"{kind}, looks per core-second", 1e6 / figures["cpu_us_per_look"], least)


def main() -> int:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each round takes")
    seconds = parser.parse_args().seconds
    promises = Promises()
    with tempfile.TemporaryDirectory() as name, local_servers() as local:
        if local.server != "nginx":
            print("this comparison needs nginx", file=sys.stderr)
            return 2
        with blackbox(Path(name), local.ca_file) as peer:
            engines(local, peer, seconds, promises)
            whole(Path(name), local, peer, seconds, promises)
            timing(local, peer[1], seconds, promises)
        kinds(local, seconds / 2, promises)
    return 0 if promises.kept else 1


if __name__ == "__main__":
    sys.exit(main())
