"""HTTP/1.1, 2 and 3, against a server that speaks each."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from api.supervisor.claim import free_port
from tests.worker.probes.conftest import Listener, LookAt
from tests.worker.probes.version_server import ANSWER
from worker.contract.outcome import Blame, Reason
from worker.probes.http.curl import versions
from worker.probes.kinds.http import HttpParams
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]


@pytest.fixture(scope="module")
def server(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks all three."""
    chain = tmp_path_factory.mktemp("hypercorn") / "chain.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        chain
    )
    place = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "hypercorn", "tests.worker.probes.version_server:application"]
    options = [
        "--workers",
        "0",
        "--bind",
        place,
        "--quic-bind",
        place,
        "--certfile",
        str(chain),
        "--keyfile",
        str(chain),
    ]
    process = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
    try:
        _wait_for(place)
        yield f"https://{place}/"
    finally:
        process.kill()  # it would wait for connections that nobody holds
        process.wait(10)


@pytest.mark.parametrize(
    ("version", "spoken"), [("1.1", "1.1"), ("2", "2"), ("3", "3"), ("auto", "2")]
)
async def test_each_version_is_spoken_and_timed(
    server: str, look_at: LookAt, vantages: Vantages, ca_file: str, version: str, spoken: str
) -> None:
    if version == "3" and "3" not in versions.http_versions():
        pytest.skip("this libcurl has no HTTP/3")
    vantage = vantages(ca_file=ca_file)

    outcome = await look_at(
        "http",
        vantage=vantage,
        url=server,
        http_version=version,
        expect={"body": ANSWER.decode() + spoken},
        trace=True,
    )

    assert outcome.ok, outcome
    assert outcome.extra["http_version"] == spoken
    assert outcome.ip == "127.0.0.1"
    phases = [outcome.connect_ms, outcome.tls_ms, outcome.ttfb_ms]
    assert all(phase is not None and phase >= 0 for phase in phases), outcome
    assert sum(phase or 0 for phase in phases) <= (outcome.total_ms or 0) + 0.01
    assert "certificate_expires_at" in outcome.extra


@pytest.mark.parametrize("version", ["2", "3"])
async def test_connections_of_each_version_are_reused(
    server: str, look_at: LookAt, vantages: Vantages, ca_file: str, version: str
) -> None:
    vantage, url = vantages(ca_file=ca_file), server.replace("127.0.0.1", "localhost")

    looks = [
        await look_at(
            "http", vantage=vantage, url=url, http_version=version, ip_version="4", reuse=True
        )
        for _ in range(3)
    ]

    assert all(look.ok for look in looks), looks
    assert [look.extra["warm"] for look in looks] == [False, True, True]
    assert [look.extra["http_version"] for look in looks] == [version] * 3


async def test_a_target_that_does_not_speak_the_version_is_told_so(
    web: Callable[..., Any],
    look_at: LookAt,
    vantages: Vantages,
    certified: Callable[..., Any],
    ca_file: str,
) -> None:
    one: Listener = await web(ssl=certified("127.0.0.1"))

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file),
        url=one.url(scheme="https"),
        http_version="2",
        timeout_ms=1000,
    )

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)
    assert outcome.detail == "the target speaks HTTP/1.1, not HTTP/2"


async def test_http_3_does_not_pass_the_guard(
    server: str, look_at: LookAt, vantages: Vantages
) -> None:
    url = server.replace("127.0.0.1", "localhost")

    outcome = await look_at(
        "http", vantage=vantages(guard=Guard()), url=url, http_version="3", ip_version="4"
    )

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)


async def test_http_3_where_nobody_listens_is_refused(look_at: LookAt, closed_port: int) -> None:
    outcome = await look_at(
        "http", url=f"https://127.0.0.1:{closed_port}/", http_version="3", timeout_ms=300
    )

    assert (outcome.reason, outcome.blame) == (Reason.REFUSED, Blame.TARGET)


async def test_a_version_that_libcurl_lacks_is_our_fault(
    look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "http_versions", lambda: ("1.1", "2"))

    outcome = await look_at("http", url="https://127.0.0.1:45678/", http_version="3")

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert outcome.detail == "the libcurl of this worker speaks no HTTP/3, only 1.1 and 2"


def test_what_this_libcurl_speaks_is_known() -> None:
    assert set(versions.http_versions()) <= {"1.1", "2", "3"}
    assert "1.1" in versions.http_versions()


def test_http_3_without_encryption_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an https"):
        HttpParams(url="http://example.org/", http_version="3")


def _free_port() -> int:
    """A port that is free for TCP and for UDP."""
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", port))
    return port


def _wait_for(place: str) -> None:
    host, _, port = place.partition(":")
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    pytest.fail("hypercorn did not start")
