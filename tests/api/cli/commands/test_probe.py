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
from api.cli.target import TargetError, check_of, with_params
from api.cli.terminal.outcome_view import facts, phases
from worker.contract.outcome import success


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
    return CliRunner().invoke(
        app, ["probe", *map(str, arguments)], env={"OUTSCOPE_ALLOW_ADDRESSES": "127.0.0.0/8"}
    )


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


def test_where_the_time_went_is_drawn(target: str) -> None:
    said = probe(f"http://{target}/")

    assert said.stdout.endswith("\nhttp ok\n")
    for phase in ("connect ", "first byte ", "in all"):
        assert phase in said.stdout
    assert "status 200 over HTTP/1.0 from 127.0.0.1" in said.stdout


def test_parameters_are_given_as_in_a_configuration(target: str) -> None:
    said = probe(
        f"http://{target}/x", "--param", "expect.status=[404, 500]", "--param", "method=GET"
    )
    wrong = probe(f"http://{target}/x", "--param", "expect.statue=500")

    assert said.exit_code == 0, said.output
    assert wrong.exit_code == 2
    assert "expect.statue" in wrong.stderr
    assert probe("claude-api", "--param", "method=GET").exit_code == 2


@pytest.mark.parametrize("text", ["method", "=1", "url.x=1", "body=[1"])
def test_a_parameter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(TargetError):
        with_params({"url": "http://a.example"}, [text])


def test_the_phases_of_an_outcome_follow_each_other_and_fill_the_total() -> None:
    outcome = success(dns_ms=1.0, connect_ms=2.0, tls_ms=None, ttfb_ms=3.0, total_ms=10.0)

    assert list(phases(outcome)) == [
        ("name", 0.0, 1.0),
        ("connect", 1.0, 2.0),
        ("first byte", 3.0, 3.0),
        ("body", 6.0, 4.0),
    ]


def test_the_way_over_redirects_is_told() -> None:
    hops = [
        {"url": "http://a/1", "status": 302, "total_ms": 1.5},
        {"url": "http://a/2", "status": 200, "total_ms": 2},
    ]
    extra = {
        "hops": hops,
        "redirects": 1,
        "final_url": "http://a/2",
        "edge": "cloudflare FRA",
        "cf-ray": "1-FRA",
    }
    outcome = success(status_code=200, ip="192.0.2.1", extra=extra)

    assert list(facts(outcome)) == [
        "status 200 from 192.0.2.1 (cloudflare FRA)",
        "1. 302 http://a/1 1.5 ms",
        "2. 200 http://a/2 2.0 ms",
        "cf-ray 1-FRA",
    ]


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
        (
            "dns://1.1.1.1/a.example",
            None,
            ("dns", {"name": "a.example", "record": "A", "server": "1.1.1.1"}),
        ),
        (
            "dns://1.1.1.1:5353/a.example?type=mx",
            None,
            ("dns", {"name": "a.example", "record": "MX", "server": "1.1.1.1", "port": 5353}),
        ),
        ("dns:///a.example", None, ("dns", {"name": "a.example", "record": "A"})),
        ("dns:a.example?type=ns", None, ("dns", {"name": "a.example", "record": "NS"})),
        ("wss://a.example/x", None, ("websocket", {"url": "wss://a.example/x"})),
        ("ws://a.example:81", None, ("websocket", {"url": "ws://a.example:81"})),
        ("udp://a.example:123", None, ("udp", {"host": "a.example", "port": 123})),
        ("grpc://a.example", None, ("grpc", {"host": "a.example"})),
        ("icmp://a.example", None, ("icmp", {"host": "a.example"})),
        ("a.example", "icmp", ("icmp", {"host": "a.example"})),
        ("https://a.example/x", "icmp", ("icmp", {"host": "a.example"})),
    ],
)
def test_a_url_says_which_check_it_is(url: str, kind: str | None, check: object) -> None:
    assert check_of(url, kind) == check


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a",
        "tcp://a",
        "dns://1.1.1.1",
        "dns:",
        "tcp://:5",
        "tcp://a:99999",
        "icmp:a",
    ],
)
def test_a_url_that_is_no_check_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        check_of(url)
    assert probe(url).exit_code == 2


@pytest.mark.parametrize("url", ["ws://[", "https://[", "grpc://[::1"])
def test_a_url_that_names_no_host_is_refused(url: str) -> None:
    assert probe(url).exit_code == 2


def test_an_unknown_kind_is_refused_with_those_known() -> None:
    said = probe("http://a.example", "--kind", "icmq")
    assert said.exit_code == 2
    assert "tcp" in said.stderr


def test_a_kind_whose_checks_are_no_addresses_says_so() -> None:
    for url in ("a.example", "https://a.example"):
        said = probe(url, "--kind", "flow")
        assert said.exit_code == 2
        assert "cannot be written as an address" in said.stderr
