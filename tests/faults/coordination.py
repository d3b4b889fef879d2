"""A real coordinator process that a test can stop, kill and start again on the same database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.coordinator import until

ROOT = Path(__file__).parents[2]


class CoordinatorProcess:
    """`python -m coordinator ROLE` with its log and ready file below `folder`."""

    def __init__(
        self, broker_url: str, database_url: str, folder: Path, *role: str, **environment: str
    ) -> None:
        self.folder = folder
        self._ready = folder / "ready"
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OUTSCOPE_BROKER": broker_url,
            "OUTSCOPE_DATABASE": database_url,
            "OUTSCOPE_DATA": str(folder / "data"),
            "OUTSCOPE_READY_FILE": str(self._ready),
            **environment,
        }
        self._command = [sys.executable, "-m", "coordinator", *role]
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "CoordinatorProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, ready: bool = True) -> None:
        """Start it and wait until it coordinates, unless `ready` is False."""
        self._ready.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=self.folder, stdout=log, stderr=log
            )
        if ready:
            until(self._ready.exists, f"the coordinator's ready file; its log: {self.log()}")

    def log(self) -> str:
        """Everything that it has logged."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def ended(self) -> bool:
        """Whether it was started, and runs no more."""
        return self._process is not None and self._process.poll() is not None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def stop(self, within_s: float = 15) -> int:
        """Ask it to stop and wait; its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(within_s)

    def wait(self, within_s: float) -> int:
        """Wait for its end; its exit code."""
        assert self._process is not None
        return self._process.wait(within_s)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._process is not None:
            self._process.wait()
