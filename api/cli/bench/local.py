"""Servers on this machine to look at: nginx when it is installed, and this package's own, each a
process of its own.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.supervisor.claim import free_port

START_S: Final = 10.0
_NGINX: Final = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/chain.pem; ssl_protocols TLSv1.3;
  server {{
    listen 127.0.0.1:{http} backlog=4096; listen 127.0.0.1:{https} ssl backlog=4096;
    location / {{ return 200 "well\\n"; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Local:
    """Where the servers listen. `http` and `https` are the fastest there are, called `server`;
    `timed` are our own.
    """

    server: str
    http: int
    https: int
    timed_http: int
    timed_https: int
    dns: int
    ca_file: str


@contextmanager
def local_servers() -> Iterator[Local]:
    """Servers for as long as this is held."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outscope-bench-")))
        _certify(folder)
        own = stack.enter_context(_own(folder / "chain.pem"))
        fast, name = own, "its own"
        binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        if binary is not None:
            fast, name = stack.enter_context(_nginx(binary, folder)), "nginx"
        ca_file = str(folder / "authority.pem")
        yield Local(
            name, fast["http"], fast["https"], own["http"], own["https"], own["dns"], ca_file
        )


def _certify(folder: Path) -> None:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "chain.pem"))


@contextmanager
def _own(chain: Path) -> Iterator[dict[str, int]]:
    command = [sys.executable, "-m", "api.cli.bench.server", str(chain)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - ourselves
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            ports: dict[str, int] = json.loads(process.stdout.readline())
            yield ports
        finally:
            process.terminate()


@contextmanager
def _nginx(binary: str, folder: Path) -> Iterator[dict[str, int]]:
    ports = {"http": free_port(), "https": free_port()}
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, **ports), encoding="utf-8")
    command = [binary, "-c", str(configuration), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - a server we looked for
        try:
            wait_for(ports["https"], "nginx")
            yield ports
        finally:
            process.terminate()


def wait_for(port: int, what: str) -> None:
    """Returns when somebody listens on a port of the loopback; TimeoutError when nobody does in
    time.
    """
    until_s = time.monotonic() + START_S
    while time.monotonic() < until_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"{what} does not listen on port {port} after {START_S:.0f} s")
