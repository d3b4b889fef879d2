"""Measuring a coordinator process: reports wait at a real broker, and are taken in, judged, stored and receipted."""

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
from api.supervisor.broker import server_binary
from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from worker.contract.clock import now

LONGEST_S: Final = 600.0
_JUDGED_S: Final = 15.0
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


async def measure(url: str, results: int, checks: int, folder: Path) -> dict[str, Any]:
    """Take in so many results of so many checks with a coordinator of its own; BenchError for a used database."""
    configured = document(checks)
    slots = max(1, round(results / (len(REGIONS) * (checks + 3))))
    with ExitStack() as stack:
        broker = stack.enter_context(_broker(folder))
        async with open_store(url) as store:
            await _claim(store, configured)
            sent = publish(broker, reports(configured, now() // INTERVAL_MS, slots), now())
            with _coordinator(broker, url, folder) as process:
                took_s = await _until_stored(store, sent, process)
                cpu_s, rss_mb = _cpu_s(process.pid), _peak_mb(process.pid)
                told = await _once_judged(store, sent)
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
        raise BenchError("the database is in use; give an empty one, which may be dropped afterwards")
    await store.configurations.save(configured, now())


async def _until_stored(store: Store, sent: int, process: "subprocess.Popen[bytes]") -> float:
    """Seconds from the first report that the coordinator read to the last result that it committed."""
    deadline_s = time.monotonic() + LONGEST_S
    while True:
        count, first = await store.results.count_and_first()
        if count >= sent and first is not None:
            return (now() - first) / 1000
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise BenchError(f"only {count} of {sent} results were stored; the coordinator's log says why")
        time.sleep(_POLL_S)  # noqa: ASYNC251  nothing else runs here, and none of it should


async def _once_judged(store: Store, sent: int) -> dict[str, Any]:
    """What the coordinator tells of itself when all is judged; the last batch is so just after it was stored."""
    deadline_s = time.monotonic() + _JUDGED_S
    while True:
        told = (await store.standings.all("coordinator")).get("coordinator", {})
        if told.get("results") == sent:
            return told
        if time.monotonic() > deadline_s:
            raise BenchError(f"{sent} results were stored, and {told.get('results')} judged")
        time.sleep(_POLL_S)  # noqa: ASYNC251  as above


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    port = free_port("127.0.0.1")
    command = [server_binary(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:  # noqa: S603  our own broker
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


@contextmanager
def _coordinator(broker: str, url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, "OUTSCOPE_BROKER": broker, "OUTSCOPE_DATABASE": url, "OUTSCOPE_DATA": str(folder)}
    command = [sys.executable, "-m", "coordinator"]
    with (
        (folder / "log").open("wb") as log,
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
