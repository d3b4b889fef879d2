"""A relay as an operator runs it: `outscope relay` in a process of its own, behind nginx."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import trustme

from coordinator.store import open_store
from tests.api.proxy import nginx
from tests.faults.coordinator import until
from tests.faults.joined import SECRET, keyed, write_key
from tests.faults.worker import WorkerProcess

ROOT = Path(__file__).parents[2]
SERVER = """
listen 127.0.0.1:{https} ssl;
ssl_certificate {folder}/web.pem;
ssl_certificate_key {folder}/web.pem;
client_max_body_size 10m;
location / {{
  proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $remote_addr;
}}
"""


class Relay:
    """The relay's process and its door: `https_port` of the loopback, vouched for by `authority`
    (PEM) under `localhost` and these names. It knows the keys of these workers of `region`.
    """

    def __init__(
        self,
        folder: Path,
        broker_url: str,
        ports: Sequence[int],
        region: str,
        *workers: str,
        names: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.port, self.https_port, self._plain_port = ports
        self.database = f"sqlite://{folder}/relay.db"
        self._broker_url = broker_url
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)
        authority = trustme.CA()
        self.authority = authority.cert_pem.bytes().decode()
        pair = authority.issue_cert("localhost", *names)
        pair.private_key_and_cert_chain_pem.write_to_path(str(folder / "web.pem"))
        asyncio.run(self._know(region, workers))

    async def _know(self, region: str, workers: Sequence[str]) -> None:
        async with open_store(self.database) as store:
            for worker in workers:
                await keyed(store, region, worker)

    @contextmanager
    def door(self) -> Iterator["Relay"]:
        """Behind nginx, for a while."""
        server = SERVER.format(https=self.https_port, folder=self.folder, port=self.port)
        with nginx(self.folder / "nginx", self._plain_port, server):
            self.start()
            try:
                yield self
            finally:
                self.kill()

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the relay and wait until it listens."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        told = {
            "PYTHONPATH": str(ROOT),
            "OUTSCOPE_DATABASE": self.database,
            "OUTSCOPE_RELAY_BROKER": self._broker_url,
            "OUTSCOPE_READY_FILE": str(ready),
        }
        command = [sys.executable, "-m", "api.cli", "relay", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            env = {**os.environ, **told}
            self._process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        until(ready.exists, "the relay listens", self.log)

    def stop(self, within_s: float = 30) -> int:
        """Ask it to stop and wait; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(within_s)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        """Everything that it has logged."""
        return (self.folder / "log").read_text()


def https_worker(
    folder: Path,
    port: int,
    authority: str,
    *,
    host: str = "localhost",
    region: str = "eu-west",
    module: Sequence[str] = ("worker",),
    settings: dict[str, str] | None = None,
    **key: str,
) -> WorkerProcess:
    """A worker that joined and goes by the relay at a port of this machine, or of `host`."""
    name = f"{region}-1"
    url = f"https://{host}:{port}"
    told = {"relay": url, "api": url, "api_ca": authority, "via": "https", "secret": SECRET}
    write_key(folder / "state", region, name, **(told | key))
    by_key = dict.fromkeys(("OUTSCOPE_REGION", "OUTSCOPE_WORKER", "OUTSCOPE_BROKER"), "")
    return WorkerProcess(
        "", folder, region=region, module=module, settings=by_key | (settings or {})
    )
