"""The services of the compose files, brought up by hand: their commands, environment, files, names
and ports are those of the files; programs stand in for images, and a network of the kernel for the
engine's.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.attack.tls_broker import server
from tests.e2e.running import until
from tests.faults.postgres import SERVER_USER, binaries
from tests.infra.containers.composed import FOLDER, GIVEN, composed, services
from tests.infra.containers.network import Network, possible

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not possible(), reason="needs root and iproute2"),
    pytest.mark.skipif(server() is None, reason="no Redis server with TLS"),
    pytest.mark.skipif(binaries() is None, reason="no PostgreSQL"),
    pytest.mark.skipif(shutil.which("caddy") is None, reason="no caddy"),
]
ROOT = Path(__file__).resolve().parents[3]
TARGET = "http://127.3.0.1:9000/"
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
IMAGES_HEALTHCHECK = json.loads(
    DOCKERFILE.partition("HEALTHCHECK ")[2].partition("CMD ")[2].partition("\n")[0]
)
HEALTH = {"coordinator": "127.0.0.2:8081", "writer": "127.0.0.3:8081", "worker": "127.0.0.4:8081"}
"""Here all share one network, while a container has a loopback of its own."""
CONFIGURATION = {
    "regions": [{"id": "eu-west", "name": "Ireland", "country": "IE"}],
    "services": [
        {
            "id": "shop",
            "name": "Shop",
            "components": [
                {
                    "id": "web",
                    "name": "Web",
                    "checks": [
                        {"id": "web", "kind": "http", "url": TARGET, "interval": "2s",
                         "timeout": "1s"}
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


class Composed:
    """The files of one installation, and how its services are started in a network."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder = folder
        self.network = network
        self.document = composed("compose.yaml")
        self.secrets = folder / "secrets"
        (folder / "outscope.yaml").write_text(json.dumps(CONFIGURATION))

    def laid(self, service: Mapping[str, Any]) -> dict[str, Path]:
        """What a service is given, by where it finds it."""
        found = {}
        for name in service.get("secrets", ()):
            file = Path(self.document["secrets"][name]["file"]).name
            found[f"/run/secrets/{name}"] = self.secrets / file
        for entry in service.get("configs", ()):
            file = Path(self.document["configs"][entry["source"]]["file"]).name
            own = self.folder / file
            found[entry["target"]] = own if own.exists() else FOLDER / file
        return found

    def volume(self, name: str) -> dict[str, Path]:
        """A folder that outlives its service."""
        path = self.folder / "volumes" / name
        path.mkdir(parents=True, exist_ok=True)
        return {"/var/lib/outscope": path}

    def start(self, name: str) -> None:
        """Start a service of ours as the file says it, and wait until its healthcheck is
        content.
        """
        service = self.document["services"][name]
        env = environment(name, service)
        command = program(service["command"])
        self.network.start(name, command, env, {**self.laid(service), **self.volume(name)})
        asked = service.get("healthcheck", {}).get("test", ["CMD", *IMAGES_HEALTHCHECK])
        self.network.healthy(name, [sys.executable, *asked[2:]], env)


MODULES = {"outscope": "api.cli", "outscope-worker": "worker"}


def environment(name: str, service: Mapping[str, Any]) -> dict[str, str]:
    """What a service is told."""
    told = {key: str(value) for key, value in service["environment"].items()}
    return {**told, **({"OUTSCOPE_HEALTH": HEALTH[name]} if name in HEALTH else {})}


def program(command: list[str]) -> list[str]:
    """A command of the image, run by this interpreter."""
    return [sys.executable, "-m", MODULES[command[0]], *command[1:]]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Composed]:
    """Broker, database and proxy run; the secrets are made."""
    names = [*services("compose.yaml"), GIVEN["OUTSCOPE_SITE"], GIVEN["OUTSCOPE_BROKER_NAME"]]
    with Network(tmp_path, names) as network:
        made = Composed(tmp_path, network)
        prepare(made)
        postgres(made)
        broker(made)
        yield made


def prepare(made: Composed) -> None:
    """`docker compose run --rm prepare`, twice: what is there stays."""
    service = made.document["services"]["prepare"]
    bins = made.folder / "bin"
    bins.mkdir()
    outscope = bins / "outscope"
    outscope.write_text(f'#!/bin/sh\nexec {sys.executable} -m api.cli "$@"\n')
    outscope.chmod(0o755)
    env = {**service["environment"], "PATH": f"{bins}:{os.environ['PATH']}"}
    command = [*service["command"][:-1], str(made.secrets)]
    made.network.run("prepare", command, env, made.laid(service))
    before = {path: path.read_bytes() for path in made.secrets.rglob("*") if path.is_file()}
    made.network.run("prepare", command, env, made.laid(service))
    assert {path: path.read_bytes() for path in before} == before
    assert made.secrets.stat().st_mode & 0o077 == 0


def postgres(made: Composed) -> None:
    """What the image of PostgreSQL makes of its environment."""
    env = made.document["services"]["postgres"]["environment"]
    programs, data = binaries(), made.folder / "postgres"
    assert programs is not None
    password = made.folder / "password"
    shutil.copy(made.secrets / "postgres_password", password)
    data.mkdir()
    for path in (data, password):
        shutil.chown(path, SERVER_USER)
    for parent in (made.folder, *made.folder.parents[:3]):
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    user = env["POSTGRES_USER"]
    as_user = ["runuser", "-u", SERVER_USER, "--"]
    initdb = [programs / "initdb", "-D", data, "-A", "scram-sha-256", "-U", user, "-E", "UTF8"]
    subprocess.run(
        [*as_user, *map(str, initdb), f"--pwfile={password}", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = ["-c", "unix_socket_directories=", "-c", "fsync=off"]
    made.network.start(
        "postgres", [*as_user, str(programs / "postgres"), "-D", str(data), *options]
    )
    login = {"PGPASSWORD": (made.secrets / "postgres_password").read_text().strip()}
    made.network.healthy(
        "postgres", [str(programs / "pg_isready"), "-h", "postgres", "-U", user], {}
    )
    createdb = [str(programs / "createdb"), "-h", "postgres", "-U", user, env["POSTGRES_DB"]]
    made.network.run("createdb", createdb, login, {})


def broker(made: Composed) -> None:
    """Valkey with the file's own configuration, or the server that Debian has."""
    service = made.document["services"]["valkey"]
    command = [str(server()), *service["command"][1:]]
    made.network.start("valkey", command, {}, made.laid(service))


def proxy(made: Composed) -> Path:
    """Caddy with the file's own configuration; the authority of its certificates."""
    service = made.document["services"]["proxy"]
    data = made.folder / "caddy"
    env = {**service["environment"], "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(data)}
    made.network.start("proxy", service["command"], env, made.laid(service))
    authority = data / "caddy/pki/authorities/local/root.crt"
    until("the proxy has made its authority", authority.exists, 60)
    return authority


FETCH = """
import json, ssl, sys
from urllib.request import urlopen
try:
    trusted = ssl.create_default_context(cafile=sys.argv[2])
    with urlopen(sys.argv[1], context=trusted, timeout=20) as got:
        print(json.dumps([got.status, json.load(got)]))
except Exception as error:
    print(json.dumps([getattr(error, "code", 0), str(error)]))
"""


def fetch(made: Composed, path: str, authority: Path) -> tuple[int, Any]:
    """Ask through the proxy, as somebody outside would."""
    url = f"https://{GIVEN['OUTSCOPE_SITE']}{path}"
    before = len(made.network.log("fetch")) if (made.folder / "fetch.log").exists() else 0
    command = [sys.executable, "-c", FETCH, url, str(authority)]
    said = made.network.run("fetch", command, {}, {})[before:]
    status, document = json.loads(said)
    return status, document


def test_the_whole_product_comes_up_and_a_worker_joins(up: Composed) -> None:
    configure = up.document["services"]["configure"]
    env = configure["environment"]
    up.network.run("configure", program(configure["command"]), env, up.laid(configure))
    assert "Applied." in up.network.log("configure")
    for name in ("coordinator", "writer", "api"):
        up.start(name)
    authority = proxy(up)
    until("the page answers", lambda: fetch(up, "/v1/healthz", authority)[0] == 200, 60)
    assert fetch(up, "/metrics", authority)[0] == 403

    until("it is ready", lambda: fetch(up, "/v1/readyz", authority)[0] == 200, 90)
    web = ["-m", "http.server", "--bind", "127.3.0.1", "9000", "-d", str(up.folder / "bin")]
    up.network.start("target", [sys.executable, *web])
    joins(up, authority)
    until(
        "what the worker saw is told",
        lambda: any(one["ok"] for one in (fetch(up, "/v1/results", authority)[1] or {})["items"]),
        120,
    )


def joins(up: Composed, authority: Path) -> None:
    """A worker by the file of a region, with a token that the API's service was asked for."""
    api = up.document["services"]["api"]
    env = environment("api", api)
    invite = [sys.executable, "-m", "api.cli", "worker", "invite", "--region", "eu-west"]
    said = up.network.run("invite", invite, env, up.laid(api))
    line = next(line for line in said.splitlines() if "outscope-worker join" in line)
    words = line.split()
    url, token = words[words.index("join") + 1], words[words.index("--token") + 1]
    assert url == f"https://{GIVEN['OUTSCOPE_SITE']}"
    given = {**GIVEN, "OUTSCOPE_URL": url, "OUTSCOPE_JOIN_TOKEN": token}
    worker = services("compose.region.yaml", given)["worker"]
    # the test's authority is not a public one, and the target not a public address
    env = {**environment("worker", worker), "OUTSCOPE_ALLOW_ADDRESSES": "127.3.0.0/16"}
    command = [*program(worker["command"]), "--ca-file", str(authority)]
    up.network.start("worker", command, env, up.volume("worker"))
    up.network.healthy("worker", [sys.executable, *IMAGES_HEALTHCHECK[1:]], env)
