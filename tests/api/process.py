"""The API as a process of its own, as operators run it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

START_S = 60.0


class ApiProcess:
    """`outscope api` on a database; `environment` is added to ours."""

    def __init__(self, database: str, port: int, log: Path, **environment: str) -> None:
        self.port = port
        self._log = log
        self._links: list[socket.socket] = []
        command = [sys.executable, "-m", "api.cli", "api"]
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [*command, "--database", database, "--port", str(port)],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
            )
        self._await()

    def _await(self) -> None:
        until_s = time.monotonic() + START_S
        while True:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until_s, "the API took too long to start"
            try:
                self.get("/v1/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and document at a path."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, json.loads(answer.read())
        finally:
            link.close()

    def open(self, path: str, receive_bytes: int = 4096, address: str = "") -> socket.socket:
        """A connection that asked for a path and reads nothing yet; `address` is who it says it
        is forwarded for.
        """
        link = socket.socket()
        self._links.append(link)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        link.settimeout(30)
        link.connect(("127.0.0.1", self.port))
        forwarded = f"x-forwarded-for: {address}\r\n" if address else ""
        link.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{forwarded}\r\n".encode())
        return link

    def rss_mb(self) -> float:
        """What it holds in memory."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self, patience_s: float = 60) -> tuple[int, str]:
        """Ask it to stop, as a service manager does, while whoever is connected stays so: its
        exit code, and all that it said.
        """
        self._process.terminate()
        code = self._process.wait(patience_s)
        return code, self._log.read_text()

    def stop(self) -> None:
        """Returns when it has ended; what was opened is closed."""
        for link in self._links:
            link.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def status_of(link: socket.socket) -> int:
    """The status of an answer that begins on a connection."""
    return int(link.recv(12).split()[1])
