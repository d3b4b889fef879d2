"""The product on a broker that speaks TLS only, every process real, with signed orders and a secret
that is bound; and a host of the attacker.
"""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from coordinator.messaging.signing import read_signer
from tests.api.process import ApiProcess
from tests.e2e.attack import attacker as theirs
from tests.e2e.attack.tls_broker import TlsBroker
from tests.e2e.running import outscope
from tests.e2e.target import REGIONS, SHOP, Target
from tests.faults.coordination import ROOT, CoordinatorProcess
from tests.faults.worker import WorkerProcess

KEY = b64encode(b"k" * 32).decode()
SECRET = "the-key-of-the-shop"
ELSEWHERE = "127.3.9.9"


class Listener:
    """A host of the attacker, which writes down whatever comes."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(f"{self.path} {self.headers}")
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((ELSEWHERE, 0), Handler)
        self.host = f"{ELSEWHERE}:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def configuration(target: Target) -> dict[str, Any]:
    """The target's own, with a check that needs a secret."""
    document = target.configuration()
    for component in document["services"][0]["components"]:
        if component["id"] == "api":
            component["checks"][0]["headers"] = {"authorization": theirs.SECRET}
    return document | {"secrets": {"shop": {"hosts": [SHOP]}}}


class Scene:
    """Every process of the product, and what an operator and an attacker know of it."""

    def __init__(self, stack: ExitStack, folder: Path, database: str, ports: Callable[[], int]):
        self.database = database
        passwords = {region: f"pw-{region}" for region in REGIONS}
        self.broker = TlsBroker(ports(), folder / "broker", passwords, "pw-coordinator")
        self.broker.start()
        stack.callback(self.broker.kill)
        self.listener = Listener()
        stack.callback(self.listener.close)
        target = Target()
        stack.callback(target.close)
        config = folder / "outscope.yaml"
        config.write_text(json.dumps(configuration(target)))
        run("apply", config, "--database", database)
        self.coordinator = CoordinatorProcess(
            self.broker.url_of("coordinator"),
            database,
            folder / "coordinator",
            OUTSCOPE_SIGNING_KEY=KEY,
        )
        self.workers = {region: self._worker(region, folder / region) for region in REGIONS}
        for process in (self.coordinator, *self.workers.values()):
            process.start(ready=False)
            stack.callback(process.kill)
        self.api = ApiProcess(database, ports(), folder / "api.log")
        stack.callback(self.api.stop)

    def _worker(self, region: str, folder: Path) -> WorkerProcess:
        settings = {
            "OUTSCOPE_ALLOW_ADDRESSES": "127.3.0.0/16",
            "OUTSCOPE_COORDINATOR_KEY": read_signer(KEY).public,
            "OUTSCOPE_SECRET_SHOP": SECRET,
            "OUTSCOPE_SECRET_SHOP_HOSTS": SHOP,
        }
        url = self.broker.url_of(region)
        return WorkerProcess(url, folder, region=region, settings=settings)

    def names(self) -> dict[str, Callable[[], bool]]:
        """The places that name the region that makes trouble."""
        broker = self.broker.url_of("coordinator")
        url = f"http://127.0.0.1:{self.api.port}"

        def doctor() -> bool:
            told = run("doctor", "--broker", broker, "--database", self.database, "--json")
            found = {check["check"]: check for check in json.loads(told)["checks"]}
            return found["regions"]["state"] == "failure" and names_only_it(
                found["regions"]["said"]
            )

        def ready() -> bool:
            status, _, told = self.api.get("/v1/readyz")
            return status == 200 and bool(told["warnings"]) and names_only_it(str(told["warnings"]))

        def status() -> bool:
            told = [
                line for line in run("status", "--url", url).splitlines() if line[:7] == "Region "
            ]
            return bool(told) and names_only_it(str(told))

        return {"doctor": doctor, "readyz": ready, "status": status}


def names_only_it(text: str) -> bool:
    assert not any(other in text for other in theirs.OTHERS), text
    return theirs.REGION in text


def run(*arguments: object) -> str:
    done = subprocess.run(
        outscope(*arguments), cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout
