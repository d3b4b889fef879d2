"""`outscope probe`: one look, here and now, with its steps and an exit code."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.target import TargetError, check_of


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def target() -> Iterator[str]:
    """A web server; everything but `/` is an error there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def probe(*arguments: object) -> Result:
    """Runs `outscope probe` in this process, with loopback allowed."""
    return CliRunner().invoke(app, ["probe", *map(str, arguments)], env={"OUTSCOPE_ALLOW_ADDRESSES": "127.0.0.0/8"})


def test_a_look_that_is_ok_shows_its_steps_and_ends_with_0(target: str) -> None:
    said = probe(f"http://{target}/")
    assert said.exit_code == 0, said.output
    assert " ms  " in said.stdout
    assert "status 200" in said.stdout
    assert "http ok" in said.stdout


def test_a_look_that_fails_says_why_and_ends_with_1(target: str) -> None:
    said = probe(f"http://{target}/broken")
    assert said.exit_code == 1
    assert "status 500 was not expected" in said.stdout


def test_the_outcome_can_be_read_by_programs(target: str) -> None:
    outcome = json.loads(probe(f"tcp://{target}", "--json").stdout)
    assert (outcome["kind"], outcome["ok"], outcome["reason"]) == ("tcp", True, "ok")
    assert outcome["trace"]


def test_a_check_of_a_configuration_is_looked_at_by_its_id(target: str, tmp_path: Path) -> None:
    path = tmp_path / "outscope.yaml"
    path.write_text(
        "regions: [{id: eu-west, country: IE, continent: EU, latitude: 1, longitude: 1}]\n"
        "services: [{id: s, components: [{id: c, checks: "
        f"[{{id: s-c, kind: http, url: 'http://{target}/x', expect: {{status: 500}}}}]}}]}}]\n"
    )
    assert probe("s-c", "--config", path).exit_code == 0
    unknown = probe("s-d", "--config", path)
    assert unknown.exit_code == 2
    assert "there is no check 's-d'; did you mean `s-c`?" in unknown.stderr


def test_without_leave_a_loopback_address_is_not_probed(target: str) -> None:
    said = CliRunner().invoke(app, ["probe", f"http://{target}/"])
    assert said.exit_code == 1
    assert "blocked (blame: prober)" in said.stdout


@pytest.mark.parametrize(
    ("url", "kind", "check"),
    [
        ("https://a.example/x?y", None, ("http", {"url": "https://a.example/x?y"})),
        ("a.example", "http", ("http", {"url": "https://a.example"})),
        ("tcp://a.example:25", None, ("tcp", {"host": "a.example", "port": 25})),
        ("tls://a.example", None, ("tls", {"host": "a.example", "port": 443})),
        ("https://a.example:8443/x", "tls", ("tls", {"host": "a.example", "port": 8443})),
        ("tcp://[::1]:25", None, ("tcp", {"host": "::1", "port": 25})),
        ("dns://1.1.1.1/a.example", None, ("dns", {"name": "a.example", "record": "A", "server": "1.1.1.1"})),
        (
            "dns://1.1.1.1:5353/a.example?type=mx",
            None,
            ("dns", {"name": "a.example", "record": "MX", "server": "1.1.1.1", "port": 5353}),
        ),
        ("dns:///a.example", None, ("dns", {"name": "a.example", "record": "A"})),
    ],
)
def test_a_url_says_which_check_it_is(url: str, kind: str | None, check: object) -> None:
    assert check_of(url, kind) == check


@pytest.mark.parametrize("url", ["ftp://a", "tcp://a", "dns://1.1.1.1", "tcp://:5", "tcp://a:99999"])
def test_a_url_that_is_no_check_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        check_of(url)
    assert probe(url).exit_code == 2


def test_an_unknown_kind_is_refused_with_those_known() -> None:
    said = probe("http://a.example", "--kind", "icmq")
    assert said.exit_code == 2
    assert "tcp" in said.stderr
