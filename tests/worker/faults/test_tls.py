"""A broker behind TLS: verified by default."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import trustme

from tests.faults.coordinator import Coordinator, until
from tests.faults.worker import WorkerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("redis-server"), reason="no redis-server with TLS on this machine"
    ),
]


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """The file of a private certificate authority, beside the broker's certificate."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate = ca.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def tls_broker(authority: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """The URL of a Redis server that speaks TLS only."""
    folder, port = authority.parent, free_port()
    command = [
        "redis-server",
        "--port",
        "0",
        "--tls-port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
    ]
    command += ["--tls-cert-file", f"{folder}/cert.pem", "--tls-key-file", f"{folder}/key.pem"]
    command += ["--tls-ca-cert-file", str(authority), "--tls-auth-clients", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
    url = f"rediss://127.0.0.1:{port}/0"

    def answers() -> bool:
        with redis.from_url(f"{url}?ssl_ca_certs={authority}") as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    until(answers, "the TLS broker")
    yield url
    process.terminate()
    process.wait()


def test_a_worker_reports_over_tls_to_a_broker_that_its_authority_vouches_for(
    tls_broker: str, authority: Path, tmp_path: Path
) -> None:
    url = f"{tls_broker}?ssl_ca_certs={authority}"
    with (
        WorkerProcess(url, tmp_path / "worker") as worker,
        Coordinator(f"{url}&ssl_cert_reqs=required") as coordinator,
    ):
        until(lambda: coordinator.heartbeats, "a heartbeat", worker.log)
        assert worker.stop() == 0


def test_a_worker_does_not_talk_to_a_broker_that_nobody_vouches_for(
    tls_broker: str, tmp_path: Path
) -> None:
    worker = WorkerProcess(tls_broker, tmp_path / "worker")
    try:
        worker.start(ready=False)
        until(lambda: "broker_unreachable" in worker.log(), "a word about it", worker.log)
        assert "certificate verify failed" in worker.log()
    finally:
        worker.kill()


def test_certificates_that_are_spoilt_in_place_are_told_and_the_ones_before_stay(
    tls_broker: str, authority: Path, tmp_path: Path
) -> None:
    url = f"{tls_broker}?ssl_ca_certs={authority}"
    good = tmp_path / "good.pem"
    shutil.copy(authority, good)
    with (
        WorkerProcess(url, tmp_path / "worker") as worker,
        Coordinator(f"{tls_broker}?ssl_ca_certs={good}&ssl_cert_reqs=required") as coordinator,
        redis.from_url(f"{tls_broker}?ssl_ca_certs={good}") as admin,
    ):
        until(lambda: coordinator.heartbeats, "a heartbeat", worker.log)
        os.truncate(authority, 50)
        worker.signal(signal.SIGHUP)
        until(lambda: "kept=OUTSCOPE_BROKER" in worker.log(), "a word", worker.log)
        assert f"needed, as PEM: {authority}" in worker.log()
        admin.client_kill_filter(_type="normal", skipme=True)  # who is in comes in again
        before = len(coordinator.heartbeats)
        until(lambda: len(coordinator.heartbeats) > before + 1, "heartbeats", worker.log)
        shutil.copy(good, authority)
        with authority.open("a") as more:
            more.write(trustme.CA().cert_pem.bytes().decode())
        worker.signal(signal.SIGHUP)
        until(lambda: "changed=OUTSCOPE_BROKER" in worker.log(), "a word", worker.log)
        before = len(coordinator.heartbeats)
        until(lambda: len(coordinator.heartbeats) > before + 1, "heartbeats", worker.log)
        assert worker.stop() == 0
