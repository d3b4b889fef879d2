"""A region in two commands, as docs/how-to/run-in-regions.md says it: a broker that speaks TLS
only, with a certificate made by the commands of that page; the API behind nginx with TLS; and a
machine with nothing but the one line. Each has folders and an environment of its own. Once the
machine reaches the broker, and once nothing but a proxy that asks for a password and knows the API.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme

from tests.api.proxy import NGINX, nginx
from tests.e2e.attack.tls_broker import LIMITS, server
from tests.e2e.running import until
from tests.e2e.test_processes import Apart
from tests.faults.broker import Broker
from tests.faults.connect_proxy import ConnectProxy
from worker.contract.instant import parse_rfc3339

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(server() is None, reason="no Redis server with TLS"),
    pytest.mark.skipif(not shutil.which(NGINX), reason="no nginx"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl"),
]
ROOT = Path(__file__).parents[2]
HOW_TO = (ROOT / "docs/how-to/run-in-regions.md").read_text()
PAGE_HOST = "broker.example.com"
FIRST_RESULT_S = 10.0
REVOKED_S = 5.0


def said(pattern: str) -> list[str]:
    """The lines of the page that begin so."""
    found = re.findall(rf"^{pattern}.*$", HOW_TO, re.MULTILINE)
    assert found, pattern
    return found


class Machine:
    """A place to run commands of the page at: a folder, and an environment that knows nothing of
    ours.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        kept = ("PATH", "PYTHONPATH", "LANG")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        self.env |= {"PYTHONPATH": str(ROOT), "HOME": str(folder), **environment}

    def run(self, line: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run a command line to its end."""
        done = subprocess.run(
            ["/bin/sh", "-c", self._here(line)],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{line}: {done.stdout}{done.stderr}"
        return done

    def start(self, line: str, log: str) -> "subprocess.Popen[bytes]":
        """Start a command line."""
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(
                ["/bin/sh", "-c", f"exec {self._here(line)}"],
                cwd=self.folder,
                env=self.env,
                stdout=out,
                stderr=out,
            )

    def log(self, name: str) -> str:
        """What was printed there."""
        return (self.folder / name).read_text()

    def _here(self, line: str) -> str:
        """The commands as they are called in a source tree."""
        line = re.sub(r"^outscope-worker\b", f"{sys.executable} -m worker", line)
        return re.sub(r"^outscope\b", f"{sys.executable} -m api.cli", line)


class TlsServer(Broker):
    """The server of the page, with the files that the page made."""

    def __init__(self, port: int, folder: Path) -> None:
        lines = HOW_TO.split("\nport 0\n")[1].split("```")[0].splitlines()
        told = dict(line.split(" ", 1) for line in lines if line) | LIMITS
        told |= {"tls-port": str(port), "save": ""}
        told = {name: value.replace("/etc/valkey", str(folder)) for name, value in told.items()}
        options = tuple(part for name, value in told.items() for part in (f"--{name}", value))
        super().__init__(0, folder, program=server(), options=options)
        self.port = 0
        self._tls = port

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._tls), 1).close()
        except OSError:
            return False
        return True


class Product(NamedTuple):
    """Where the operator's commands are run, the API as seen from there, its address for others and
    the authority of that address, the broker, and what the new machine has to be told of its
    network.
    """

    here: Machine
    api: Apart
    address: str
    authority: Path
    broker: TlsServer
    env: dict[str, str]


@pytest.fixture(params=["broker", "https"])
def product(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fast_config: Path,
    free_port: Callable[[], int],
) -> Iterator[Product]:
    """The operator's machine with everything on it."""
    broker_port, api_port, https_port = free_port(), free_port(), free_port()
    host = "localhost" if request.param == "broker" else "outscope.example.com"
    address = f"https://{host}:{https_port}"
    here = Machine(
        tmp_path / "operator",
        OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/operator/outscope.db",
        OUTSCOPE_DATA=f"{tmp_path}/operator/data",
        OUTSCOPE_PUBLIC_URL=address,
    )
    for line in said("(?:openssl|printf) "):
        here.run(line.replace(PAGE_HOST, "localhost"))
    (acl,) = said("outscope broker acl --joining")
    here.run(acl)
    password = (here.folder / "broker-passwords/coordinator").read_text().strip()
    here.env["OUTSCOPE_BROKER"] = (
        f"rediss://coordinator:{password}@localhost:{broker_port}/0"
        f"?ssl_ca_certs={here.folder}/ca.pem"
    )
    if request.param == "https":  # a name that is known nowhere: workers do not reach the broker
        here.env["OUTSCOPE_BROKER_PUBLIC"] = "rediss://broker.invalid:6379/0"
        here.env["OUTSCOPE_RELAY_BROKER"] = (
            f"rediss://localhost:{broker_port}/0?ssl_ca_certs={here.folder}/ca.pem"
        )
    here.run(f"outscope apply {fast_config}")
    web = trustme.CA()
    authority = tmp_path / "web-ca.pem"
    web.cert_pem.write_to_path(str(authority))
    pair = web.issue_cert(host)
    pair.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "web.pem"))
    proxied = (
        f"listen 127.0.0.1:{https_port} ssl; ssl_certificate {tmp_path}/web.pem;"
        f" ssl_certificate_key {tmp_path}/web.pem; location / {{"
        f" proxy_pass http://127.0.0.1:{api_port};"
        " proxy_set_header X-Forwarded-For $remote_addr; }"
    )
    server_ = TlsServer(broker_port, here.folder)
    with ExitStack() as stack:
        server_.start()
        stack.callback(server_.kill)
        for line, log in (
            ("outscope coordinator", "coordinator.log"),
            (f"outscope api --host 127.0.0.1 --port {api_port}", "api.log"),
        ):
            process = here.start(line, log)
            stack.callback(process.wait)
            stack.callback(process.kill)
        stack.enter_context(nginx(tmp_path / "nginx", free_port(), proxied))
        apart = Apart(api_port)
        until("the API answers", lambda: apart.get("/v1/regions"))
        until("it coordinates", lambda: "coordinating" in here.log("coordinator.log"))
        env = {}
        if request.param == "https":
            proxy = ConnectProxy({host: https_port}, credentials="worker:password")
            env["HTTPS_PROXY"] = stack.enter_context(proxy).url("worker:password")
        yield Product(here, apart, address, authority, server_, env)


def test_the_how_to_makes_a_region_and_ends_a_worker(product: Product, tmp_path: Path) -> None:
    here, api, address, authority, broker, env = product
    new = Machine(tmp_path / "new-machine", **env)
    add = said("outscope region add eu-west")[0].replace("eu-west", "xx-west")
    here.run(add)
    invite = said("outscope worker invite --region")[0].replace("eu-west", "xx-west")
    line = here.run(invite).stdout.strip()
    assert re.fullmatch(rf"outscope-worker join {address} --token osj_\S{{32}}", line)

    unproven = new.run(f"{line} --state-dir state", 2)
    assert "--ca-file" in unproven.stderr
    began = time.monotonic()
    joining = f"{line} --ca-file {authority} --allow 127.3.0.0/16 --state-dir state"
    worker = new.start(joining, "worker.log")
    try:
        found = until("a result", lambda: api.results(region="xx-west"), FIRST_RESULT_S)
        took_s = time.monotonic() - began
        print(f"first result {took_s:.1f} s after join")
        assert took_s < FIRST_RESULT_S
        name = found[0]["worker"]
        assert name in new.log("worker.log")
        assert "osj_" not in Path(f"/proc/{worker.pid}/cmdline").read_text()
        assert (new.folder / "state/key.json").stat().st_mode & 0o777 == 0o600
        key = json.loads((new.folder / "state/key.json").read_text())
        assert not secret_is_anywhere(key["secret"], here.folder)
        told = new.run(f"{line} --ca-file {authority} --state-dir other", 2)
        assert "is good once" in told.stderr
        assert not (new.folder / "other/key.json").exists()

        broker.kill()  # it forgets all users
        broker.start()
        since = time.time_ns() // 1_000_000
        until("results after the broker forgot", lambda: newer(api, since))

        rotated = here.run(f"outscope worker rotate {name}").stdout.strip()
        new.run(f"{rotated} --ca-file {authority} --state-dir state")
        until("the new key is used", lambda: "reload" in new.log("worker.log"))
        after = json.loads((new.folder / "state/key.json").read_text())
        assert (after["worker"], after["secret"] != key["secret"]) == (name, True)
        since = time.time_ns() // 1_000_000
        until("results by the new key", lambda: newer(api, since))

        here.run(f"outscope worker drain {name}")
        assert worker.wait(30) == 0
        here.run(f"outscope worker drain {name} --cancel")
        assert "stopped" in new.log("worker.log")
        worker = new.start("outscope-worker --allow 127.3.0.0/16 --state-dir state", "worker.log")
        since = time.time_ns() // 1_000_000
        until("results of its next life", lambda: newer(api, since))

        before = refusals(new)
        here.run(f"outscope worker revoke {name}")
        began = time.monotonic()
        until(
            "it is thrown out",
            lambda: refusals(new) > before,
            REVOKED_S,
        )
        assert time.monotonic() - began < REVOKED_S
        told = json.loads(here.run("outscope audit --json").stdout)
        acts = {one["what"] for one in told}
        assert {"region added", "worker invited", "worker joined", "join refused"} <= acts
        assert {"key rotation offered", "key renewed", "worker drained", "worker revoked"} <= acts
    finally:
        worker.kill()
        worker.wait()


def refusals(machine: Machine) -> int:
    """How often a worker said that it is let in no more."""
    return len(re.findall("refused the login|refused the key", machine.log("worker.log")))


def newer(api: Apart, since_ms: int) -> list[dict[str, Any]]:
    found = api.results(region="xx-west")
    return [one for one in found if parse_rfc3339(one["scheduled_at"]) > since_ms]


def secret_is_anywhere(secret: str, folder: Path) -> bool:
    """Whether a file of the operator's holds what only the worker may know."""
    return any(secret.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
