"""A real worker process that a test can stop, kill and start again on the same state folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.coordinator import until

ROOT = Path(__file__).parents[2]


class WorkerProcess:
    """`python -m worker` with its state, log and ready file below `folder`. Loopback targets are
    allowed.

    `settings` are further environment variables; `core` is the only one that it may use; `module`
    is run in place of the worker's own, and `place` is the command that runs it elsewhere.
    """

    def __init__(
        self,
        broker_url: str,
        folder: Path,
        *,
        region: str = "eu-west",
        name: str | None = None,
        python: str = sys.executable,
        settings: Mapping[str, str] | None = None,
        core: int | None = None,
        module: Sequence[str] = ("worker",),
        place: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.name = name or f"{region}-1"
        self._command = [
            *place,
            *([] if core is None else ["taskset", "-c", str(core)]),
            python,
            "-m",
            *module,
        ]
        self._ready = folder / "ready"
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OUTSCOPE_REGION": region,
            "OUTSCOPE_WORKER": self.name,
            "OUTSCOPE_BROKER": broker_url,
            "OUTSCOPE_ALLOW_ADDRESSES": "127.0.0.0/8",
            "OUTSCOPE_STATE_DIR": str(folder / "state"),
            "OUTSCOPE_READY_FILE": str(self._ready),
            **(settings or {}),
        }
        self.outbox = folder / "state" / f"{region}.{self.name}" / "outbox"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "WorkerProcess":
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
        """Start it and wait until it takes orders, unless `ready` is False."""
        self._ready.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=self.folder, stdout=log, stderr=log
            )
        try:
            if ready:
                until(self._ready.exists, "the worker's ready file", self.log)
        except AssertionError:
            self.kill()
            raise

    def log(self) -> str:
        """Everything that it has logged."""
        return (self.folder / "log").read_text()

    def waiting(self) -> int:
        """Reports on its disk."""
        return len([*self.outbox.glob("*.json"), *self.outbox.glob("*.z")])

    def stop(self, within_s: float = 15) -> int:
        """Ask it to stop and wait; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(within_s)

    def ended(self) -> bool:
        """Whether it was started, and runs no more."""
        return self._process is not None and self._process.poll() is not None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

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
