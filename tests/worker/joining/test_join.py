"""`outscope-worker join` against servers that are not what they should be, and the state folder."""

import json
import os
import ssl
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from worker.__main__ import main
from worker.contract.broker import check_broker_url
from worker.contract.installed import VERSION_HEADER
from worker.flags import SettingsError
from worker.joining.key import CA_FILE, DRAFT, FILE
from worker.settings import read_settings

TOKEN = "osj_" + "a" * 32
OWN = {VERSION_HEADER: "0.1.0"}


class Api:
    """An HTTP server that answers each request as it is told to, and keeps what it was asked."""

    def __init__(self, certificate: trustme.LeafCert | None = None) -> None:
        self.status, self.headers, self.body = 200, dict(OWN), b"{}"
        self.asked: list[dict[str, Any]] = []
        self.dies = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append(json.loads(body or b"{}"))
                if outer.dies:
                    self.connection.close()
                    return
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        self.url = f"{scheme}://localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def lets_in(self, **fields: str) -> None:
        told = {
            "region": "eu-west",
            "worker": "eu-west-k7pq",
            "user": "worker.eu-west.eu-west-k7pq",
            "broker": "rediss://broker.example.com:6379/0",
            "broker_ca": "",
            "coordinator_key": "hPcKRQ6BIuUcCxbOLzaKkN5f2cgEmLAZL8LplYIcNHg=",
        }
        self.status, self.headers, self.body = 200, dict(OWN), json.dumps(told | fields).encode()

    def refuses(self, status: int, code: str, detail: str) -> None:
        self.status = status
        self.body = json.dumps({"code": code, "detail": detail}).encode()


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.server.shutdown()
    made.server.server_close()


Join = Callable[..., tuple[int, str]]


@pytest.fixture
def join(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Join:
    """Runs `outscope-worker join` on a state folder, without starting the worker."""

    def run(url: str, *words: str, token: str = TOKEN) -> tuple[int, str]:
        told = ["join", url, "--token", token, "--state-dir", str(tmp_path / "state")]
        try:
            code = main([*told, "--only-write", *words])
        except SystemExit as error:
            code = int(str(error.code))
        return code, capsys.readouterr().err

    return run


def key(tmp_path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((tmp_path / "state" / FILE).read_text())
    return found


def test_a_worker_that_joined_starts_from_its_folder_alone(
    api: Api, join: Join, tmp_path: Path
) -> None:
    authority = trustme.CA().cert_pem.bytes().decode()
    api.lets_in(broker_ca=authority)
    assert join(api.url) == (0, "joined as worker eu-west-k7pq of eu-west\n")
    kept = key(tmp_path)
    assert api.asked[0]["secret_sha256"] == sha256(kept["secret"].encode()).hexdigest()
    assert kept["secret"] not in json.dumps(api.asked)
    state = tmp_path / "state"
    settings = read_settings(["--state-dir", str(state)], {})
    assert (settings.region, settings.name) == ("eu-west", "eu-west-k7pq")
    assert len(settings.coordinator_keys) == 1
    assert check_broker_url(settings.broker).startswith("rediss://worker.eu-west.eu-west-k7pq:")
    assert (state / CA_FILE).read_text() == authority
    modes = {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
    assert modes == {0o600}
    assert not (state / DRAFT).exists()


@pytest.mark.parametrize("flag", ["--region=us-east", "--name=other", "--broker=redis://h/0"])
def test_no_setting_says_otherwise_than_the_key(
    flag: str, api: Api, join: Join, tmp_path: Path
) -> None:
    api.lets_in()
    join(api.url)
    with pytest.raises(SettingsError, match="holds the key of worker eu-west-k7pq"):
        read_settings(["--state-dir", str(tmp_path / "state"), flag], {})


def test_a_damaged_key_is_told(api: Api, join: Join, tmp_path: Path) -> None:
    api.lets_in()
    join(api.url)
    (tmp_path / "state" / FILE).write_text('{"region": "eu')
    with pytest.raises(SettingsError, match="is damaged"):
        read_settings(["--state-dir", str(tmp_path / "state")], {})


def test_a_lost_answer_is_asked_for_again_with_the_same_secret(
    api: Api, join: Join, tmp_path: Path
) -> None:
    api.dies = True
    code, said = join(api.url)
    assert (code, "cannot be reached" in said) == (2, True)
    api.dies = False
    api.lets_in()
    assert join(api.url)[0] == 0
    assert api.asked[0]["secret_sha256"] == api.asked[1]["secret_sha256"]
    assert join(api.url)[0] == 0  # the same line once more: it is in already
    assert len(api.asked) == 2


def test_an_old_folder_keeps_its_key_unless_it_is_to_be_replaced(
    api: Api, join: Join, tmp_path: Path
) -> None:
    api.lets_in()
    join(api.url)
    before = key(tmp_path)
    another = "osj_" + "b" * 32
    code, said = join(api.url, token=another)
    assert (code, "already" in said, "--replace" in said) == (2, True, True)
    assert len(api.asked) == 1  # the token is still good
    assert key(tmp_path) == before
    assert join(api.url, "--replace", token=another)[0] == 0
    assert key(tmp_path)["secret"] != before["secret"]


def test_a_refusal_is_what_the_api_says_and_leaves_nothing(
    api: Api, join: Join, tmp_path: Path
) -> None:
    api.refuses(403, "token_used", "this token was used before; have another made")
    assert join(api.url) == (
        2,
        "outscope-worker: this token was used before; have another made\n",
    )
    assert list((tmp_path / "state").iterdir()) == []


NO_OUTSCOPE: dict[str, tuple[int, dict[str, str], bytes, str]] = {
    "a page": (200, {}, b"<html>", "is no Outscope"),
    "not found": (404, {}, b"", "is no Outscope"),
    "a login": (401, {}, b"", "is no Outscope"),
    "a way elsewhere": (308, {"location": "http://127.0.0.1:1/"}, b"", "is no Outscope"),
    "an older one": (404, OWN, b'{"code": "not_found", "detail": "x"}', "lets no workers join"),
    "one that cannot": (503, OWN, b'{"code": "cannot_join", "detail": "start it"}', "start it"),
    "one that is broken": (500, OWN, b"oops", "did not say why"),
    "a newer one": (200, OWN, b'{"region": "eu-west"}', "install the version"),
    "a region of its own": (200, OWN, b'{"region": "../../etc"}', "install the version"),
    "far too much": (200, OWN, b"x" * 3_000_000, "install the version"),
}


@pytest.mark.parametrize("case", NO_OUTSCOPE)
def test_what_is_no_outscope_is_told(case: str, api: Api, join: Join, tmp_path: Path) -> None:
    api.status, api.headers, api.body, expected = NO_OUTSCOPE[case]
    code, said = join(api.url)
    assert (code, expected in said) == (2, True), said
    assert said.count("\n") == 1
    assert TOKEN not in said
    assert not (tmp_path / "state" / FILE).exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://outscope.example.com", "without TLS"),
        ("http://192.0.2.1:8000", "without TLS"),
        ("http://localhost.example.com", "without TLS"),
        ("http://127.0.0.1@192.0.2.1/", "no address"),
        ("https://user:hunter2@outscope.example.com", "no address"),
        ("ftp://outscope.example.com", "no address"),
        ("outscope.example.com", "no address"),
        ("https://", "no address"),
        ("https://[::1", "no address"),
        ("https://h:99999", "no address"),
        ("http://127.0.0.1:1", "cannot be reached"),
        ("https://outscope.invalid", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str, expected: str, join: Join) -> None:
    code, said = join(url)
    assert (code, expected in said) == (2, True), said
    assert "hunter2" not in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("token", "expected"),
    [("", "there is no token"), ("osj_", "begins with osj_"), ("hunter2", "begins with osj_")],
)
def test_what_is_no_token_is_sent_nowhere(token: str, expected: str, api: Api, join: Join) -> None:
    code, said = join(api.url, token=token)
    assert (code, expected in said, api.asked) == (2, True, [])
    assert "hunter2" not in said


def test_a_name_that_cannot_be_is_sent_nowhere(api: Api, join: Join) -> None:
    code, said = join(api.url, "--name", "A b")
    assert (code, "--name" in said, api.asked) == (2, True, [])


def test_a_private_authority_has_to_be_named(join: Join, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    api = Api(authority.issue_cert("localhost"))
    api.lets_in()
    code, said = join(api.url)
    assert (code, "is not proven" in said, "--ca-file" in said) == (2, True, True), said
    assert api.asked == []  # no token went out
    (tmp_path / "empty.pem").write_text("")
    for wrong in ("empty.pem", "missing.pem"):
        code, said = join(api.url, "--ca-file", str(tmp_path / wrong))
        assert (code, "cannot be used" in said) == (2, True), said
    assert join(api.url, "--ca-file", str(tmp_path / "ca.pem"))[0] == 0


def test_a_certificate_for_another_name_or_time_is_told(join: Join, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    long_ago = datetime.now(UTC) - timedelta(days=9)
    for certificate, expected in (
        (authority.issue_cert("elsewhere.example"), "is not proven"),
        (authority.issue_cert("localhost", not_after=long_ago), "by this machine's clock"),
    ):
        api = Api(certificate)
        code, said = join(api.url, "--ca-file", str(tmp_path / "ca.pem"))
        assert (code, expected in said) == (2, True), said
        assert api.asked == []


def test_a_server_without_tls_is_told(api: Api, join: Join) -> None:
    code, said = join(api.url.replace("http:", "https:"))
    assert (code, "no TLS" in said) == (2, True), said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told_before_the_token_is_used(
    api: Api, join: Join, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    code, said = join(api.url)
    tmp_path.chmod(0o700)
    assert (code, "cannot write to" in said, api.asked) == (2, True, [])


def test_a_folder_that_is_a_file_is_told_before_the_token_is_used(
    api: Api, join: Join, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("")
    code, said = join(api.url)
    assert (code, "cannot write to" in said, api.asked) == (2, True, [])
