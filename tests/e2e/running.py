"""A product that runs as a user starts it: `outscope up` in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

START_S = 180.0
STOP_S = 30.0
T = TypeVar("T")


def outscope(*arguments: object) -> list[str]:
    """The command line of the product."""
    return [sys.executable, "-m", "api.cli", *map(str, arguments)]


def until(what: str, condition: Callable[[], T], within_s: float = 120.0) -> T:
    """The first true value of a condition; fails, naming it, when there is none in time."""
    deadline_s = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline_s, f"not in {within_s:g} s: {what}"
        time.sleep(0.1)


class Running:
    """`outscope up` on a data folder and a port. What it prints is in `output`."""

    def __init__(self, data: Path, port: int, *arguments: object) -> None:
        self.data = data
        self.port = port
        self._log = data.with_name(f"{data.name}.out")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                outscope("up", "--data", data, "--port", port, *arguments),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return self._log.read_text()

    def started(self) -> "Running":
        """Wait until everything runs."""
        until(
            "everything runs",
            lambda: self._alive() and "Outscope is running" in self.output,
            START_S,
        )
        return self

    def _alive(self) -> bool:
        assert self.process.poll() is None, self.output
        return True

    def get(self, path: str) -> Any:
        """A document of the API; None while the API is away."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except (URLError, OSError):
            return None

    def text(self, path: str) -> str:
        """What the API answers in plain text; nothing while it is away."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, OSError):
            return ""

    def scopes(self) -> dict[str, str]:
        """What is said of each service."""
        return {
            service["id"]: service["verdict"]["scope"]
            for service in (self.get("/v1/services") or {"items": []})["items"]
        }

    def fitness(self) -> dict[str, str]:
        """What is said of each region."""
        return {
            region["id"]: region["fitness"]
            for region in (self.get("/v1/regions") or {"items": []})["items"]
        }

    def results(self, **query: object) -> list[dict[str, Any]]:
        """The newest results."""
        words = "&".join(f"{name}={value}" for name, value in {"limit": 500, **query}.items())
        page = self.get(f"/v1/results?{words}")
        return page["items"] if page else []

    def result_ids(self) -> set[str]:
        """The ids of all results, page by page."""
        ids: set[str] = set()
        page = {"items": [], "next": ""}
        while page["next"] is not None:
            cursor = f"&cursor={page['next']}" if page["next"] else ""
            page = until("a page of results", lambda: self.get(f"/v1/results?limit=500{cursor}"))  # noqa: B023
            ids |= {result["id"] for result in page["items"]}
        return ids

    def children(self) -> dict[str, int]:
        """The product's processes, by what they are."""
        pids = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        return {name: int(pid) for pid in pids if (name := _called(int(pid)))}

    def interrupt(self) -> int:
        """Press Ctrl-C, and wait; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_S)

    def close(self) -> None:
        """End it however it is."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _called(pid: int) -> str:
    """What a child of the supervisor is: the name of its ready file; the broker has none. Empty
    when it is gone.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    except OSError:
        return ""
    ready = [
        line.rpartition("/")[2] for line in environment if line.startswith("OUTSCOPE_READY_FILE=")
    ]
    return (
        ready[0].removesuffix(".ready")
        if ready
        else "broker"
        if "valkey" in command or "redis" in command
        else ""
    )


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
