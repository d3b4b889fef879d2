"""What tests of SIGHUP share: signals again and again, and whether every look is accounted for."""

import os
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.running import Running, until
from tests.e2e.target import REGIONS
from worker.contract.instant import parse_rfc3339, rfc3339

EVERY_S = 0.2
INTERVAL_MS = 1_000
"""Of every check of the target."""


@contextmanager
def hangups(*pids: int) -> Iterator[None]:
    """SIGHUP to each of these again and again."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(EVERY_S):
            for pid in pids:
                os.kill(pid, signal.SIGHUP)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def reloaded(process: subprocess.Popen[bytes], log: Path, said: str = "reloaded changed=") -> str:
    """The line that says what a process did with one more SIGHUP."""
    before = len(log.read_text())
    process.send_signal(signal.SIGHUP)

    def line() -> str:
        told = log.read_text()[before:].splitlines()
        return next((one for one in told if said in one), "")

    return until(f"{said} in {log}", line, 30)


def holes(results: Sequence[Mapping[str, Any]], since_ms: int, until_ms: int) -> list[str]:
    """Looks that were due in this time and of which there is no result, or none that was made."""
    moments: dict[tuple[str, str], set[int]] = defaultdict(set)
    for result in results:
        if result["reason"] not in ("late", "internal"):
            moments[result["check"], result["region"]].add(parse_rfc3339(result["scheduled_at"]))
    missing = []
    for (check, region), seen in sorted(moments.items()):
        first = min(moment for moment in seen if moment >= since_ms)
        missing += [
            f"{check} {region} {moment}"
            for moment in range(first, until_ms, INTERVAL_MS)
            if moment not in seen
        ]
    return missing


def newest_of_each(running: Running) -> list[int]:
    """When the newest look of each check in each region was due; nothing while one has none."""
    newest: dict[tuple[str, str], int] = {}
    for result in running.results():
        key = result["check"], result["region"]
        newest[key] = max(newest.get(key, 0), parse_rfc3339(result["scheduled_at"]))
    return list(newest.values()) if len(newest) == 5 * len(REGIONS) else []


def every_result(running: Running, since_ms: int) -> list[dict[str, Any]]:
    """Every result since then, page by page."""
    found: list[dict[str, Any]] = []
    query = f"/v1/results?limit=500&since={rfc3339(since_ms)}"
    page = {"items": [], "next": ""}
    while page["next"] is not None:
        cursor = f"&cursor={page['next']}" if page["next"] else ""
        page = until("a page", lambda: running.get(f"{query}{cursor}"))  # noqa: B023
        found += page["items"]
    return found


class Asking:
    """Asks again and again while it is entered; `wrong` has what was not answered as it should."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.asked = 0
        self.wrong: list[object] = []

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            answer = self._ask()
            self.asked += 1
            if answer is None:
                self.wrong.append(time.time())
            time.sleep(0.02)
