"""Commands that ask an API elsewhere: behind a proxy that wants to know who asks, and where
something else answers.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import Result

from tests.api import seeds
from tests.api.proxy import nginx
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
ASKING = (
    ["status"],
    ["incidents"],
    ["incidents", "7"],
    ["regions"],
    ["results"],
    ["history", "claude"],
    ["explain", "claude"],
)
OUTSCOPE = str(Path(sys.executable).with_name("outscope"))
SECRET = "p@ss/wrd?#%"
IN_ADDRESS = "jo:p%40ss%2Fwrd%3F%23%25"
TOKEN = "pr0xy-t0ken"


@pytest.fixture
def locked(
    api_server: Server, free_port: Callable[[], int], tmp_path: Path, seed: Callable[..., None]
) -> Iterator[str]:
    """A proxy that lets in Jo with a password, and whoever bears the token."""

    async def configured(store: object) -> None:
        await store.configurations.save(seeds.configuration(), now())  # type: ignore[attr-defined]

    seed(configured)
    (tmp_path / "users").write_text(f"jo:{{PLAIN}}{SECRET}\n")
    rules = (
        f'set $closed on; if ($http_authorization = "Bearer {TOKEN}") {{ set $closed off; }} '
        "location / { auth_basic $closed; "
        f"auth_basic_user_file {tmp_path}/users; proxy_pass {api_server.url}; }} "
        "location /forbidden/ { return 403; } location /away/ { proxy_pass http://127.0.0.1:1; }"
    )
    with nginx(tmp_path / "nginx", free_port(), rules) as url:
        yield url


def asked(outscope: Run, url: str, **environment: str) -> Result:
    return outscope("status", "--url", url, OUTSCOPE_AUTH="", **environment)


def test_whoever_a_proxy_knows_comes_in(locked: str, outscope: Run, tmp_path: Path) -> None:
    file = tmp_path / "auth"
    file.write_text(f"jo:{SECRET}\n")
    (tmp_path / ".netrc").write_text(f'machine 127.0.0.1 login jo password "{SECRET}"\n')
    (tmp_path / ".netrc").chmod(0o600)
    ways = [
        asked(outscope, locked.replace("//", f"//{IN_ADDRESS}@"), HOME="/nowhere"),
        asked(outscope, locked, OUTSCOPE_AUTH_FILE=str(file), HOME="/nowhere"),
        asked(outscope, locked, HOME=str(tmp_path)),
        outscope("status", "--url", locked, OUTSCOPE_AUTH=f"Bearer {TOKEN}"),
        outscope("status", "--url", locked, OUTSCOPE_AUTH=f"jo:{SECRET}"),
    ]
    for said in ways:
        assert "Claude" in said.output, said.output


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OUTSCOPE_AUTH_FILE": "/nowhere/auth"},
        {"OUTSCOPE_AUTH_FILE": sys.executable},
        {"OUTSCOPE_AUTH": "s3cret-alone"},
        {"OUTSCOPE_AUTH": "jo:s3cret\x1b\n\n x"},
        {"OUTSCOPE_AUTH": ":s3cret"},
        {"OUTSCOPE_AUTH": "jo:s3cret"},
    ],
)
def test_whoever_it_does_not_know_reads_what_to_do(
    locked: str, outscope: Run, environment: dict[str, str]
) -> None:
    said = outscope("status", "--url", locked, **{"HOME": "/nowhere", **environment})
    assert (said.exit_code, said.output.count("\n")) == (1, 1), said.output
    assert "OUTSCOPE_AUTH" in said.output
    assert "s3cret" not in said.output
    assert "lets in only" in asked(outscope, f"{locked}/forbidden", HOME="/nowhere").output
    assert "answers 502: a proxy" in asked(outscope, f"{locked}/away", HOME="/nowhere").output


@pytest.mark.parametrize(
    "url",
    [
        "http://jo:s3cret/x@127.0.0.1:1",
        "http://jo:s3cret@[127.0.0.1",
        "http://jo:s3cret@127.0.0.1:port",
        "http://jo:s3cret\u2100@127.0.0.1",
        "ftp://jo:s3cret@127.0.0.1",
        "http://jo:s3cret@127.0.0.1:1",
        "jo:s3cret@127.0.0.1",
    ],
)
def test_no_address_shows_its_password(outscope: Run, url: str) -> None:
    for command in ASKING:
        said = outscope(*command, "--url", url)
        assert said.exit_code in (2, 3)
        assert "s3cret" not in said.output
        assert isinstance(said.exception, SystemExit)


@pytest.fixture(params=[{}, [], None, "text", 7, {"services": 1}, {"title": "t", "detail": "d"}])
def other(request: pytest.FixtureRequest) -> Iterator[str]:
    """Another server that answers JSON to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(request.param).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_another_server_is_not_taken_for_the_api(outscope: Run, other: str, tmp_path: Path) -> None:
    for command in (*ASKING, ["export", "results", "--out", str(tmp_path / "x.csv")]):
        said = outscope(*command, "--url", other)
        assert said.exit_code == 3, said.output
        assert "is not Outscope's API" in said.output
        assert isinstance(said.exception, SystemExit)


@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        ("postgres://jo:s3cret@127.0.0.1:1/x", "the database cannot be used"),
        ("sqlite://{folder}/not-a-database", "the database cannot be used"),
        ("sqlite://{folder}/not-a-database/x.db", "cannot create the folder"),
        ("mysql://jo:s3cret@127.0.0.1/x", "postgresql://"),
    ],
)
def test_an_api_that_cannot_start_says_why(
    database: str, sentence: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    (tmp_path / "not-a-database").write_text("something else entirely, and long enough" * 99)
    url = database.format(folder=tmp_path)
    command = [OUTSCOPE, "api", "--port", str(free_port()), "--database", url]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = run.stdout + run.stderr
    assert run.returncode == 2, said
    assert sentence in said
    assert "Traceback" not in said
    assert "s3cret" not in said
