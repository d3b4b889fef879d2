"""SIGHUP: a worker process reads its files again, and loses nothing by it."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from redis import Redis
from redis.exceptions import AuthenticationError

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess

pytestmark = pytest.mark.slow

RIGHTS = "~* &* +@all"
EVERY_S = 0.2
ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Rotating:
    """A broker whose user has two passwords while one replaces the other, and a worker that reads
    its URL from a file.
    """

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.file = folder / "broker-url"
        self.admin = Redis(port=broker.port)
        self.admin.execute_command("ACL", "SETUSER", "eu-west", "on", *RIGHTS.split(), ">old")
        self.write("old")
        self.worker = WorkerProcess(
            "", folder / "worker", settings={"OUTSCOPE_BROKER_FILE": str(self.file)}
        )

    def url(self, password: str) -> str:
        return f"redis://eu-west:{password}@127.0.0.1:{self.broker.port}/0"

    def write(self, password: str) -> None:
        self.file.write_text(self.url(password) + "\n")

    def add(self, password: str) -> None:
        """Let this password in as well."""
        self.admin.execute_command("ACL", "SETUSER", "eu-west", f">{password}")

    def remove(self, password: str) -> None:
        """Let it in no more."""
        self.admin.execute_command("ACL", "SETUSER", "eu-west", f"<{password}")

    def drop(self) -> int:
        """Drop all who are in; how many these were."""
        return int(self.admin.execute_command("CLIENT", "KILL", "USER", "eu-west"))

    def reload(self, said: str = "reloaded ") -> str:
        """Send SIGHUP and wait for a line; the line."""
        before = len(self.worker.log())
        self.worker.signal(signal.SIGHUP)
        until(lambda: said in self.worker.log()[before:], said, self.worker.log)
        lines = self.worker.log()[before:].splitlines()
        return next(line for line in lines if said in line)


@pytest.fixture
def rotating(valkey: Broker, tmp_path: Path) -> Iterator[Rotating]:
    made = Rotating(valkey, tmp_path)
    with made.worker:
        yield made


@contextmanager
def hangups(worker: WorkerProcess) -> Iterator[None]:
    """SIGHUP again and again."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(EVERY_S):
            worker.signal(signal.SIGHUP)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def ordered(coordinator: Coordinator, target: Target, seconds: float) -> set[str]:
    """Order a hundred looks a second for so long; the ids of all."""
    checks = [check(f"web-{n}", "http", url=f"{target.url}/{n}") for n in range(10)]
    ids: set[str] = set()
    for slot in range(round(seconds * 10)):
        ids |= coordinator.order(checks, [(n, slot) for n in range(10)])
        time.sleep(0.1)
    return ids


def test_no_look_and_no_report_is_lost_while_it_is_told_to_reload_again_and_again(
    rotating: Rotating, coordinator: Coordinator, target: Target
) -> None:
    with hangups(rotating.worker):
        ids = ordered(coordinator, target, 8)
        until(lambda: ids <= set(coordinator.looks_by_id), "all", rotating.worker.log)
    assert len(ids) == 800
    assert rotating.worker.log().count("reloaded changed=-") >= 8 / EVERY_S / 2
    assert "WARNING" not in rotating.worker.log()
    until(lambda: rotating.worker.waiting() == 0, "all receipts")
    assert rotating.worker.stop() == 0


def test_the_brokers_password_is_rotated_under_load_and_nothing_is_lost(
    rotating: Rotating, coordinator: Coordinator, target: Target
) -> None:
    ids: set[str] = set()
    passwords = ["old", "new-1", "new-2", "new-3"]
    ordering = threading.Thread(target=lambda: ids.update(ordered(coordinator, target, 12)))
    ordering.start()
    for old, new in pairwise(passwords):
        rotating.add(new)
        rotating.write(new)
        line = rotating.reload()
        assert line.endswith("reloaded changed=OUTSCOPE_BROKER_FILE kept=-")
        time.sleep(2.5)  # the time of one BRPOP, at whose end another connection is taken
        rotating.remove(old)
    ordering.join()
    until(lambda: ids <= set(coordinator.looks_by_id), "all looks", rotating.worker.log)
    assert len(ids) == 1200
    assert rotating.drop() > 0  # who is in, comes in again by the last one
    more = ordered(coordinator, target, 0.5)
    until(lambda: more <= set(coordinator.looks_by_id), "more looks", rotating.worker.log)
    until(lambda: rotating.worker.waiting() == 0, "all receipts")
    assert not [word for word in passwords if f":{word}@" in rotating.worker.log()]


def test_a_password_that_was_replaced_while_the_old_one_works_no_more_is_taken(
    rotating: Rotating, coordinator: Coordinator, target: Target
) -> None:
    rotating.add("new")
    rotating.remove("old")
    rotating.drop()
    until(lambda: "broker_unreachable" in rotating.worker.log(), "a word", rotating.worker.log)
    rotating.write("new")
    rotating.reload()
    ids = ordered(coordinator, target, 0.3)
    until(lambda: ids <= set(coordinator.looks_by_id), "all looks", rotating.worker.log)


@pytest.mark.skipif(not shutil.which("redis-cli"), reason="no redis-cli on this machine")
def test_the_commands_of_the_guide_rotate_a_password(
    rotating: Rotating, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    guide = (ROOT / "docs/how-to/rotate-a-secret.md").read_text()
    first, second = BLOCK.findall(guide)
    environ = {
        **os.environ,
        "BROKER_ADMIN": rotating.broker.url,
        "BROKER": f"127.0.0.1:{rotating.broker.port}",
        "OLD_PASSWORD": "old",
        "NEW_PASSWORD": "s3cret",
        "WORKER_PID": str(rotating.worker.pid),
    }

    def typed(block: str) -> None:
        here = block.replace("/etc/outscope", str(tmp_path))
        subprocess.run(["sh", "-ec", here], env=environ, check=True, capture_output=True)

    typed(first)
    until(lambda: "changed=OUTSCOPE_BROKER_FILE" in rotating.worker.log(), "it is read")
    assert rotating.file.stat().st_mode & 0o077 == 0
    typed(second)
    with pytest.raises(AuthenticationError):
        Redis(port=rotating.broker.port, username="eu-west", password="old").ping()
    ids = ordered(coordinator, target, 0.5)
    until(lambda: ids <= set(coordinator.looks_by_id), "all looks", rotating.worker.log)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read: No such file"),
        ("", "is empty"),
        ("http://s3cret@h", "is not a broker URL"),
        ("redis://eu-west:s3cret@127.0.0.1:{port}/0", "WRONGPASS|invalid username-password"),
        ("redis://eu-west:s3cret@127.0.0.1:1/0", "Connection refused"),
        ("rediss://eu-west:s3cret@127.0.0.1:{port}/0?ssl_ca_certs=/nowhere.pem", "/nowhere.pem"),
    ],
)
def test_a_broker_that_is_of_no_use_is_told_and_the_old_one_stays(
    rotating: Rotating, coordinator: Coordinator, target: Target, text: str | None, why: str
) -> None:
    if text is None:
        rotating.file.unlink()
    else:
        rotating.file.write_text(text.format(port=rotating.broker.port))
    line = rotating.reload("not_reloaded")
    assert " WARNING " in line
    assert "OUTSCOPE_BROKER_FILE" in line
    assert any(words in line for words in why.split("|")), line
    assert "s3cret" not in rotating.worker.log()
    ids = ordered(coordinator, target, 0.3)
    until(lambda: ids <= set(coordinator.looks_by_id), "all looks", rotating.worker.log)
    rotating.write("old")
    assert rotating.reload().endswith("reloaded changed=- kept=-")


def test_no_hangup_ends_it_however_early_or_late_it_comes(
    valkey: Broker, tmp_path: Path, coordinator: Coordinator
) -> None:
    worker = WorkerProcess(valkey.url, tmp_path / "early")
    worker.start(ready=False)
    until(lambda: _catches(worker.pid, signal.SIGHUP), "its first line")
    try:
        with hangups(worker):
            until(lambda: coordinator.heartbeats, "a heartbeat", worker.log)
            until(lambda: "reloaded" in worker.log(), "the early ones are answered")
            worker.signal(signal.SIGTERM)
            for _ in range(100):
                worker.signal(signal.SIGHUP)
            assert worker.wait(15) == 0
    finally:
        worker.kill()


def _catches(pid: int, number: int) -> bool:
    line = next(
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("SigCgt")
    )
    return bool(int(line.split()[1], 16) >> (number - 1) & 1)


def test_how_much_it_logs_is_read_again(valkey: Broker, tmp_path: Path) -> None:
    level = tmp_path / "level"
    level.write_text("warning")
    told = {"OUTSCOPE_LOG_LEVEL_FILE": str(level)}
    with WorkerProcess(valkey.url, tmp_path / "worker", settings=told) as worker:
        level.write_text("INFO")
        worker.signal(signal.SIGHUP)
        until(lambda: "changed=OUTSCOPE_LOG_LEVEL_FILE" in worker.log(), "more", worker.log)
        level.write_text("LOUD")
        worker.signal(signal.SIGHUP)
        until(lambda: "kept=OUTSCOPE_LOG_LEVEL_FILE" in worker.log(), "a word", worker.log)
        assert "'LOUD'; give one of DEBUG, INFO" in worker.log()


def test_a_secret_of_checks_is_read_again(
    valkey: Broker, tmp_path: Path, coordinator: Coordinator, target: Target
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("first\n")
    told = {"OUTSCOPE_SECRET_SHOP_FILE": str(secret)}
    headers = {"x-key": "${env:OUTSCOPE_SECRET_SHOP}"}
    spec = check("web", "http", url=f"{target.url}/1", headers=headers)

    def sent(slot: int) -> str:
        ids = coordinator.order([spec], [(0, slot)])
        until(lambda: ids <= set(coordinator.looks_by_id), "a result", worker.log)
        (line,) = [line for line in target.last.splitlines() if line.startswith(b"x-key: ")]
        return line.removeprefix(b"x-key: ").decode()

    with WorkerProcess(valkey.url, tmp_path / "worker", settings=told) as worker:
        assert sent(1) == "first"
        secret.write_text("second\n")
        assert sent(2) == "first"
        worker.signal(signal.SIGHUP)
        until(lambda: "changed=OUTSCOPE_SECRET_SHOP_FILE" in worker.log(), "", worker.log)
        assert sent(3) == "second"
        secret.unlink()
        worker.signal(signal.SIGHUP)
        until(lambda: "kept=OUTSCOPE_SECRET_SHOP_FILE" in worker.log(), "", worker.log)
        assert sent(4) == "second"
        assert "second" not in worker.log()


def test_whom_not_to_probe_is_read_again(
    valkey: Broker, tmp_path: Path, coordinator: Coordinator, target: Target
) -> None:
    never = tmp_path / "never"
    never.write_text("shop.example\n")
    told = {"OUTSCOPE_NEVER_PROBE": f"@{never}"}
    spec = check("web", "http", url=f"{target.url}/1")

    def reason(slot: int) -> str:
        (one,) = coordinator.order([spec], [(0, slot)])
        until(lambda: one in coordinator.looks_by_id, "a result", worker.log)
        return str(coordinator.looks_by_id[one][6])

    with WorkerProcess(valkey.url, tmp_path / "worker", settings=told) as worker:
        assert reason(1) == "ok"
        never.write_text("127.0.0.0/8\n")
        worker.signal(signal.SIGHUP)
        until(lambda: "changed=OUTSCOPE_NEVER_PROBE" in worker.log(), "", worker.log)
        assert reason(2) == "blocked"


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[str, trustme.CA]]:
    """A server that only its own authority vouches for: its URL, and that authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/README.md", authority
    server.shutdown()
    thread.join()
    server.server_close()


def test_authorities_that_looks_believe_are_read_again(
    valkey: Broker, tmp_path: Path, coordinator: Coordinator, https: tuple[str, trustme.CA]
) -> None:
    url, authority = https
    believed = tmp_path / "believed.pem"
    believed.write_bytes(trustme.CA().cert_pem.bytes())
    checks = [
        check("web", "http", url=url, expect={"status": [200, 404]}),
        check("tls", "tls", host="127.0.0.1", port=int(url.split(":")[2].split("/")[0])),
    ]

    def reasons(slot: int) -> list[str]:
        ids = coordinator.order(checks, [(0, slot), (1, slot)])
        until(lambda: ids <= set(coordinator.looks_by_id), "results", worker.log)
        return [str(coordinator.looks_by_id[one][6]) for one in sorted(ids)]

    told = {"OUTSCOPE_CA_FILE": str(believed)}
    with WorkerProcess(valkey.url, tmp_path / "worker", settings=told) as worker:
        assert reasons(1) == ["tls", "tls"]
        believed.write_bytes(authority.cert_pem.bytes())
        worker.signal(signal.SIGHUP)
        until(lambda: "changed=OUTSCOPE_CA_FILE" in worker.log(), "", worker.log)
        assert reasons(2) == ["ok", "ok"]
        believed.write_bytes(b"no certificate")
        worker.signal(signal.SIGHUP)
        until(lambda: "kept=OUTSCOPE_CA_FILE" in worker.log(), "", worker.log)
        assert reasons(3) == ["ok", "ok"]
