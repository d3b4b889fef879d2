"""How long `/` and `/v1/services` take while others export all they can: the ratio to the same run
without them.

Run by hand: `python -m tests.benchmarks.api_beside_exports [--seconds 15] [--readers 30] [--format
parquet] [--slow]`, and what `tests.benchmarks.api` takes. `--readers` clients of different
addresses ask for all results over and over, each as fast as it comes, or with `--slow` a few
kilobytes a second; those that are refused ask again a second later.
"""

import argparse
import asyncio
import multiprocessing
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.benchmarks import api

SLOW_BYTES = 4_096
QUICK_BYTES = 1 << 20
Told = dict[str, list[float]]


class Readers:
    """What readers of exports got."""

    def __init__(self) -> None:
        self.bytes = 0
        self.refused = 0

    async def read(self, port: int, number: int, path: str, slow: bool) -> None:
        """One reader, until it is cancelled."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._once(port, number, path, slow)
            await asyncio.sleep(1.0)

    async def _once(self, port: int, number: int, path: str, slow: bool) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=SLOW_BYTES)
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 203.0.113.{number}"
                "\r\nconnection: close\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            self.refused += b" 429 " in head.split(b"\r\n")[0]
            while part := await reader.read(SLOW_BYTES if slow else QUICK_BYTES):
                self.bytes += len(part)
                if slow:
                    await asyncio.sleep(1.0)
        finally:
            writer.close()


def rss_mb(pid: int) -> float:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def both(port: int, pid: int, options: argparse.Namespace) -> None:
    """Measure without readers, then with them, and print the two beside each other."""
    await api.listening(port)
    await asyncio.sleep(2)
    alone, alone_mb = await api.measure(port, options), rss_mb(pid)
    path = f"/v1/exports/results?format={options.format}"
    readers = Readers()
    tasks = [
        asyncio.create_task(readers.read(port, number, path, options.slow))
        for number in range(options.readers)
    ]
    await asyncio.sleep(3)
    beside, beside_mb = await api.measure(port, options), rss_mb(pid)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(
        f"{options.readers} readers of {options.format}: {readers.bytes / 1e6:.0f} MB,"
        f" {readers.refused} refused; memory {alone_mb:.0f} MB alone, {beside_mb:.0f} MB beside"
    )
    for name in api.PATHS:
        print(f"{name:14} " + "  ".join(_compared(alone, beside, name)))


def _compared(alone: Told, beside: Told, name: str) -> list[str]:
    said = []
    for label, share in (("p50", 0.5), ("p99", 0.99)):
        first, second = (_share(found[name], share) for found in (alone, beside))
        said.append(f"{label} {first:6.2f} -> {second:6.2f} ms ({second / first:4.1f} times)")
    return said


def _share(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def main() -> None:
    """Start the processes, measure, end them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    defaults: dict[str, Any] = {**api.DEFAULTS, "seconds": 15, "readers": 30}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--slow", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/outscope.db"
        asyncio.run(api.prepare(url, options))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        context = multiprocessing.get_context("spawn")
        server = context.Process(target=api.serve, args=(url, port))
        writer = context.Process(
            target=api.write, args=(url, options.services, options.parts, options.rate)
        )
        for process in (server, writer):
            process.start()
        try:
            assert server.pid is not None
            asyncio.run(both(port, server.pid, options))
        finally:
            for process in (server, writer):
                process.terminate()
                process.join(10)


if __name__ == "__main__":
    main()
