"""What CONTRIBUTING promises: a kind, a format, a dataset and a route are each one file. They are
laid into a copy of the product, in which nothing else is edited, and work through every door.
"""

import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import until

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ADDED = {
    "kind": "worker/probes/kinds/toy.py",
    "format": "coordinator/analytics/exports/formats/toy.py",
    "dataset": "coordinator/analytics/exports/datasets/toys.py",
    "route": "api/http/routes/toys.py",
}
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


class _Toy(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"ready")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with one file more for each addition."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("worker", "coordinator", "api", "infra/dev"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, house / folder, ignore=ignored)
    for addition, path in ADDED.items():
        assert not (house / path).exists()
        shutil.copy(HERE / "additions" / f"{addition}.py", house / path)
    return house


@pytest.fixture(scope="module")
def run(house: Path) -> Run:
    """Runs Python in the copy."""

    def run(*arguments: object) -> Ran:
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=house,
            env=_environment(house),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert run("-c", "import api; print(api.__file__)").stdout.startswith(str(house))
    return run


def _environment(house: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OUTSCOPE_")}
    return {**own, "PYTHONPATH": str(house), "COLUMNS": "200", "TERMINAL_WIDTH": "200"}


@pytest.fixture(scope="module")
def toy() -> Iterator[int]:
    """The port of a server that is a toy."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Toy) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def config(house: Path, toy: int) -> Path:
    """A configuration with a check of the added kind."""
    check = {"id": "look", "kind": "toy", "host": "127.0.0.1", "port": toy, "interval": "30s"}
    region = {"country": "IE", "continent": "EU", "latitude": 53.0, "longitude": -6.0}
    document = {
        "regions": [{"id": "eu-west", **region}],
        "services": [{"id": "toys", "components": [{"id": "toy", "checks": [check]}]}],
    }
    path = house / "outscope.yaml"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture(scope="module")
def url(house: Path) -> Iterator[str]:
    """The API of the copy, in a process of its own."""
    port, ready = free_port(), house / "ready"
    command = [sys.executable, "-m", "api.cli", "api", "--database", f"sqlite://{house / 'x.db'}"]
    with (house / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=house,
            env={**_environment(house), "OUTSCOPE_READY_FILE": str(ready)},
            stdout=log,
            stderr=log,
        )
    try:
        until("the API is ready", lambda: process.poll() is not None or ready.exists())
        assert process.poll() is None, (house / "log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def test_a_kind_is_known_to_configurations(run: Run, config: Path) -> None:
    checked = run("-m", "api.cli", "config", "check", config)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "1 check," in checked.stdout
    config.with_name("wrong.yaml").write_text(config.read_text().replace('"port"', '"prt"'))
    wrong = run("-m", "api.cli", "config", "check", config.with_name("wrong.yaml"))
    assert wrong.returncode == 1
    assert "prt" in wrong.stderr
    schema = run("-m", "api.cli", "config", "schema").stdout
    assert "The word that a toy must say." in schema


def test_a_kind_looks_in_the_command_line_and_in_a_worker(run: Run, config: Path, toy: int) -> None:
    allow = ("--allow", "127.0.0.0/8", "--json")
    by_id = run("-m", "api.cli", "probe", "look", "--config", config, *allow)
    by_address = ("probe", f"toy://127.0.0.1:{toy}", "--param", "word=go")
    other = run("-m", "api.cli", *by_address, *allow)
    program = f"""
import asyncio, json
from worker.probes.run import Vantage, look_once, parse_spec
from worker.targets.guard import Guard

async def look():
    vantage = Vantage(guard=Guard(["127.0.0.0/8"]))
    params = {{"host": "127.0.0.1", "port": {toy}}}
    spec = {{"id": "x", "kind": "toy", "interval_ms": 9000, "timeout_ms": 9000, "params": params}}
    outcome = await look_once(parse_spec(json.dumps(spec)), vantage)
    await vantage.close()
    return outcome

print(asyncio.run(look()).extra["heard"])
"""
    assert json.loads(by_id.stdout)["extra"] == {"heard": "ready"}, by_id.stderr
    assert (by_id.returncode, other.returncode) == (0, 1)
    assert json.loads(other.stdout)["detail"] == "it said 'ready'"
    assert run("-c", program).stdout == "ready\n"


def test_a_format_and_a_dataset_are_written_by_the_command_line(
    run: Run, url: str, house: Path
) -> None:
    shown = run("-m", "api.cli", "export", "toys", "--format", "toy", "--url", url)
    assert shown.stdout == "name\n2\nend\n", shown.stderr
    out = house / "given.toy.gz"
    named = run("-m", "api.cli", "export", "toys", "--out", out, "--url", url)
    assert named.returncode == 0, named.stderr
    assert out.read_bytes()[:2] == b"\x1f\x8b"
    lines = run("-m", "api.cli", "export", "toys", "--url", url).stdout
    assert lines == '{"name":"ball"}\n{"name":"kite"}\n'
    resumed = run("-m", "api.cli", "export", "--out", house / "r.toy", "--resume", "--url", url)
    assert resumed.returncode == 2  # it cannot be continued, as it says of itself


def test_a_format_a_dataset_and_a_route_are_served_and_documented_over_http(url: str) -> None:
    with urlopen(f"{url}/v1/exports/results?format=toy") as answer:
        assert answer.headers["content-type"].partition(";")[0] == "application/x-toy"
        assert 'filename="results.toy"' in answer.headers["content-disposition"]
        assert answer.read().startswith(b"id ")
    with urlopen(f"{url}/v1/toys") as answer:
        assert json.load(answer) == {"items": ["ball", "kite"]}
    with urlopen(f"{url}/v1/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    assert list(paths)[-1] == "/v1/toys"
    exports = json.dumps(paths["/v1/exports/{name}"])
    assert "how many rows there are, for children" in exports
    assert "application/x-toy" in exports
    assert "toys" in exports


def test_the_help_of_commands_and_every_page_of_the_reference_know_what_was_added(
    run: Run, house: Path
) -> None:
    told = " ".join(run("-m", "api.cli", "export", "--help").stdout.split())
    assert "parquet or toy" in told
    assert "toys" in told
    written = run("infra/dev/reference.py")
    assert written.returncode == 0, written.stderr
    reference = {path.name: path.read_text() for path in (house / "docs/reference").iterdir()}
    assert "## toy\n\nA server says one word to whoever connects." in reference["checks.md"]
    assert "The word that a toy must say." in reference["configuration.schema.json"]
    assert "| `toy` | `.toy` |" in reference["export-formats.md"]
    assert "parquet or toy" in reference["command-line.md"]
    assert "## toys\n\nWhat there is to play with." in reference["data-dictionary.md"]
    assert "listToys" in reference["openapi.json"]
