"""Prometheus' blackbox_exporter as a peer of benchmarks: started, asked as Prometheus asks it, and
timed.
"""

import asyncio
import json
import re
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from api.cli.bench.local import Local
from api.cli.bench.looking import fetch_delays
from api.supervisor.claim import free_port
from tests.benchmarks.worker import cpu_s, running

CONCURRENCY = 100
_PROCESSING = re.compile(rb'probe_http_duration_seconds\{phase="processing"\} (\S+)')


class Exporter:
    """Asks blackbox_exporter for probes over connections that are kept, as Prometheus does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def probe(self, target: str) -> bytes:
        """The metrics of one probe, which must have gone well."""
        reader, writer = (
            self._idle.pop()
            if self._idle
            else await asyncio.open_connection("127.0.0.1", self._port)
        )
        writer.write(
            f"GET /probe?module=http_2xx&target={target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
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
    """Microseconds of the exporter's CPU per probe, and probes per second, with `CONCURRENCY` in
    flight.
    """

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
            asking: Coroutine[Any, Any, bytes] = exporter.probe(
                f"http://127.0.0.1:{local.timed_http}/timed/{number}"
            )
            tasks.append(asyncio.create_task(asking))
        bodies = list(await asyncio.gather(*tasks))
        exporter.close()
        return bodies

    bodies = uvloop.run(ask())
    delays = fetch_delays(f"http://127.0.0.1:{local.timed_http}/delays")
    found = [_PROCESSING.search(body) for body in bodies]
    return sorted(
        abs(float(f[1]) * 1000 - delays[str(n)]) for n, f in zip(numbers, found, strict=True) if f
    )


@contextmanager
def blackbox(folder: Path, ca_file: str) -> Iterator[tuple[int, int]]:
    """The exporter with its defaults, IPv4, and trust in the local server; its process id and
    port.
    """
    port = free_port()
    http = {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": ca_file}}
    (folder / "blackbox.yml").write_text(
        json.dumps({"modules": {"http_2xx": {"prober": "http", "http": http}}})
    )
    command = [
        "prometheus-blackbox-exporter",
        f"--config.file={folder}/blackbox.yml",
        "--log.level=error",
    ]
    with running([*command, f"--web.listen-address=127.0.0.1:{port}"], port) as pid:
        yield pid, port
