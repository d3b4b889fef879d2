"""A product whose processes are started one by one, as on machines apart from each other."""

import os
import subprocess
from pathlib import Path

from tests.e2e.running import Running, outscope, until


class Apart(Running):
    """Processes that were started one by one, with one environment."""

    def __init__(self, folder: Path, port: int, **environ: str) -> None:
        self.port = port
        self.folder = folder
        folder.mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if name[:9] != "OUTSCOPE_"}
        self.env = {**kept, "OUTSCOPE_DATA": str(folder / "data"), **environ}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def log(self, name: str) -> Path:
        """Where a process logs."""
        return self.folder / f"{name}.log"

    def start(self, name: str, *words: object, bare: bool = False) -> "subprocess.Popen[bytes]":
        """Start a command; a `bare` one knows nothing of our settings."""
        env = {k: v for k, v in self.env.items() if k[:9] != "OUTSCOPE_"} if bare else self.env
        with self.log(name).open("ab") as log:
            made = subprocess.Popen(outscope(*words), env=env, stdout=log, stderr=log)
        self.processes[name] = made
        return made

    def run(self, *words: object) -> str:
        """What a command prints."""
        done = subprocess.run(
            outscope(*words), env=self.env, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def invite(self, region: str) -> list[str]:
        """The words of a line that lets a worker join."""
        address = f"http://127.0.0.1:{self.port}"
        return self.run("worker", "invite", "--region", region, "--url", address).split()[1:]

    def rotation(self, worker: str) -> list[str]:
        """The words of a line that gives a worker another key."""
        address = f"http://127.0.0.1:{self.port}"
        return [*self.run("worker", "rotate", worker, "--url", address).split()[1:]]

    def stop(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def coordinate(self) -> None:
        """Start coordinator and API, and wait until both work."""
        self.start("coordinator", "coordinator")
        self.start("api", "api", "--port", self.port)
        until("the API answers", lambda: self.get("/v1/regions"))
        log = self.log("coordinator")
        until("it coordinates", lambda: "coordinating" in log.read_text())
