"""Measuring a coordinator process: reports wait at a real broker, and are taken in, judged, stored
and receipted.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from api.cli.bench.limit import bare_rows_per_s
from api.cli.bench.load import INTERVAL_MS, REGIONS, document, publish, reports
from api.cli.bench.local import wait_for
from api.supervisor.broker import server_binary
from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from worker.contract.clock import now

LONGEST_S: Final = 600.0
_JUDGED_S: Final = 15.0
_READY: Final = "ready"
_POLL_S: Final = 0.1


class BenchError(Exception):
    """It cannot be measured; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; memory is the coordinator's at its highest."""

    results_per_s: float
    limit_rows_per_s: float
    ratio_to_limit: float
    cpu_us_per_result: float
    rss_mb: float
    results: int
    checks: int
    bytes_per_result: float
    judge_p99_ms: float | None


async def measure(
    url: str, results: int, checks: int, folder: Path, processes: int = 0
) -> dict[str, Any]:
    """Take in so many results of so many checks with a coordinator of its own; BenchError for a
    used database.

    With `processes` it only judges, and so many writers store.
    """
    configured = document(checks)
    slots = max(1, round(results / (len(REGIONS) * (checks + 3))))
    with ExitStack() as stack:
        broker = stack.enter_context(_broker(folder))
        async with open_store(url) as store:
            await _claim(store, configured)
            sent = publish(broker, reports(configured, now() // INTERVAL_MS, slots), now())
            with ExitStack() as running:
                started = [running.enter_context(_coordinator(broker, url, folder, processes))]
                # what was stored before it began would be remembered, not judged anew
                _until_ready(folder, started[0])
                started += [
                    running.enter_context(_coordinator(broker, url, folder, n, "writer"))
                    for n in range(processes)
                ]
                await _until_stored(store, sent, started[0])
                told, took_s = await _once_judged(store, sent)
                cpu_s = sum(_cpu_s(process.pid) for process in started)
                rss_mb = sum(_peak_mb(process.pid) for process in started)
            size = await store.size("result")
            limit = await bare_rows_per_s(store, url, sent, folder)
    rate = sent / took_s
    figures = Figures(
        results_per_s=round(rate),
        limit_rows_per_s=round(limit),
        ratio_to_limit=round(rate / limit, 3),
        cpu_us_per_result=round(cpu_s / sent * 1e6, 1),
        rss_mb=round(rss_mb, 1),
        results=sent,
        checks=checks,
        bytes_per_result=round(size / sent, 1),
        judge_p99_ms=told["judge_p99_ms"],
    )
    return asdict(figures)


async def _claim(store: Store, configured: dict[str, Any]) -> None:
    if await store.configurations.version() or await store.results.last_received_at() is not None:
        raise BenchError(
            "the database is in use; give an empty one, which may be dropped afterwards"
        )
    await store.configurations.save(configured, now())


def _until_ready(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + _JUDGED_S
    while not (folder / _READY).exists():
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise BenchError("the coordinator did not start; its log says why")
        time.sleep(_POLL_S / 10)


async def _until_stored(store: Store, sent: int, process: "subprocess.Popen[bytes]") -> None:
    """Returns when the last result is committed."""
    deadline_s = time.monotonic() + LONGEST_S
    while True:
        count, _ = await store.results.count_and_first()
        if count >= sent:
            return
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise BenchError(
                f"only {count} of {sent} results were stored; the coordinator's log says why"
            )
        time.sleep(_POLL_S)  # noqa: ASYNC251  nothing else runs here, and none of it should


async def _once_judged(store: Store, sent: int) -> tuple[dict[str, Any], float]:
    """What the coordinator tells of itself when all is judged, and the seconds from the first
    report to then.
    """
    deadline_s = time.monotonic() + _JUDGED_S
    _, first = await store.results.count_and_first()
    while True:
        told = (await store.standings.all("coordinator")).get("coordinator", {})
        if told.get("results") == sent and first is not None:
            return told, (told["folded_until_ms"] - first) / 1000
        if time.monotonic() > deadline_s:
            raise BenchError(f"{sent} results were stored, and {told.get('results')} judged")
        time.sleep(_POLL_S)  # noqa: ASYNC251  as above


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    port = free_port("127.0.0.1")
    command = [
        server_binary(),
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:  # noqa: S603  our own broker
        try:
            try:
                wait_for(port, "the broker of the measurement")
            except TimeoutError as error:
                raise BenchError(str(error)) from None
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


@contextmanager
def _coordinator(
    broker: str, url: str, folder: Path, number: int, *role: str
) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "OUTSCOPE_BROKER": broker,
        "OUTSCOPE_DATABASE": url,
        "OUTSCOPE_DATA": str(folder),
    }
    if not role:
        environment["OUTSCOPE_READY_FILE"] = str(folder / _READY)
    if number or role:
        environment["OUTSCOPE_WRITERS"] = "elsewhere"
    command = [sys.executable, "-m", "coordinator", *role]
    with (
        (folder / f"log-{number}{''.join(role)}").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,  # noqa: S603  ourselves
    ):
        try:
            yield process
        finally:
            process.terminate()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
