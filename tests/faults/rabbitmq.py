"""A real RabbitMQ server as a process of the tests: on free ports of loopback, with its own folder
and its own port mapper, ended by its process group.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from api.supervisor.claim import free_port

BOOT_S = 120.0
USER, PASSWORD = "coordinator", "pw-co"


def program() -> Path | None:
    """The server's program as Debian installs it; None where it is not installed."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return found[-1] if found and shutil.which("epmd") else None


class RabbitMQ:
    """The server with its management API. `tls` names files: `cacertfile`, `certfile`,
    `keyfile`; then `tls_port` and `api_tls_port` speak TLS.
    """

    def __init__(self, folder: Path, tls: Mapping[str, Path] | None = None) -> None:
        self.folder = folder
        self._tls = tls
        self.port, self.api_port, self.tls_port, self.api_tls_port, self._dist, self._epmd = (
            free_port() for _ in range(6)
        )
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it and wait until its API answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text("\n".join(self._lines()) + "\n")
        (self.folder / "plugins").write_text("[rabbitmq_management].\n")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"outscope{self._dist}@localhost",
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -kernel inet_dist_use_interface"
            " {127,0,0,1}",
        }
        mapper = [shutil.which("epmd") or "epmd", "-port", str(self._epmd)]
        with (self.folder / "out").open("ab") as out:
            for command in ([*mapper, "-address", "127.0.0.1"], [str(program())]):
                self._processes.append(
                    subprocess.Popen(
                        command,
                        env=env,
                        cwd=self.folder,
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=out,
                        start_new_session=True,
                    )
                )
        until = time.monotonic() + BOOT_S
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "out").read_text()[-2_000:]
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut would, and its port mapper."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def vhost(self, name: str) -> str:
        """Make an empty virtual host for one test; the coordinator's URL there."""
        self.ask("PUT", f"/api/vhosts/{name}")
        self.ask(
            "PUT",
            f"/api/permissions/{name}/{USER}",
            {"configure": ".*", "write": ".*", "read": ".*"},
        )
        return f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    @property
    def management(self) -> str:
        """Where its management API is."""
        return f"http://127.0.0.1:{self.api_port}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the management API answers, as the coordinator's user."""
        told = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {told}", "Content-Type": "application/json"}
        data = json.dumps(body if body is not None else {}).encode() if method != "GET" else None
        request = Request(f"{self.management}{path}", data, headers, method=method)
        with urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _lines(self) -> list[str]:
        lines = [
            f"listeners.tcp.local = 127.0.0.1:{self.port}",
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self.api_port}",
            f"default_user = {USER}\ndefault_pass = {PASSWORD}",
            "default_user_tags.administrator = true",
            "vm_memory_high_watermark.absolute = 400MB",
            "disk_free_limit.absolute = 50MB",
            "max_message_size = 16777216",
            "collect_statistics_interval = 1000",
        ]
        if self._tls is None:
            return lines
        files = [f"{name} = {path}" for name, path in self._tls.items()]
        return [
            *lines,
            f"listeners.ssl.local = 127.0.0.1:{self.tls_port}",
            *(f"ssl_options.{line}" for line in files),
            f"management.ssl.ip = 127.0.0.1\nmanagement.ssl.port = {self.api_tls_port}",
            *(f"management.ssl.{line}" for line in files),
        ]

    def _answers(self) -> bool:
        assert all(process.poll() is None for process in self._processes), (
            self.folder / "out"
        ).read_text()[-2_000:]
        try:
            return bool(self.ask("GET", "/api/whoami"))
        except (URLError, OSError):
            return False
