"""SIGHUP: every process reads its files again, and nothing that is under way is lost."""

import os
import pty
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.supervisor.claim import free_port
from tests.e2e.reloading import Asking, every_result, hangups, holes, newest_of_each
from tests.e2e.running import Running, alive, outscope, until
from tests.e2e.target import REGIONS
from worker.contract.clock import now

pytestmark = pytest.mark.slow

LOAD_S = 10.0


@pytest.fixture
def steady(product: Running) -> Running:
    """The product, with every region heard."""
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    return product


def test_up_passes_it_on_and_no_result_and_no_request_is_lost(steady: Running) -> None:
    children, since = steady.children(), now()
    with Asking(lambda: steady.get("/v1/services")) as asking:
        with hangups(
            steady.process.pid, *(pid for name, pid in children.items() if name != "broker")
        ):
            time.sleep(LOAD_S)
        over = now()
        newest = (over // 1000 - 1) * 1000
        until(
            "what was due until then",
            lambda: min(newest_of_each(steady), default=0) >= newest,
            120,
        )
    assert asking.asked > LOAD_S * 5
    assert asking.wrong == []
    assert steady.children() == children
    assert holes(every_result(steady, since), since + 1000, newest) == []
    assert "Every process was told to read its files again" in steady.output
    for name in ("coordinator", "api", *(f"worker-{region}-1" for region in REGIONS)):
        log = (steady.data / "logs" / f"{name}.log").read_text()
        assert "reloaded changed=- kept=-" in log, name
        assert [line for line in warned(log) if " alone silent_s=" not in line] == []


def warned(log: str) -> list[str]:
    """The warnings; that a worker looked by itself for a moment is one where much else goes on."""
    return [line for line in log.splitlines() if " WARNING " in line]


def test_another_signing_key_is_pinned_before_it_signs(steady: Running) -> None:
    log = steady.data / "logs" / "coordinator.log"
    (steady.data / "signing.key").write_text(b64encode(os.urandom(32)).decode() + "\n")
    steady.process.send_signal(signal.SIGHUP)
    until("the new key signs", lambda: "changed=OUTSCOPE_SIGNING_KEY" in log.read_text())
    since = now()
    until("looks by it", lambda: min(newest_of_each(steady), default=0) > since + 2000)
    for region in REGIONS:
        told = (steady.data / "logs" / f"worker-{region}-1.log").read_text()
        assert "changed=OUTSCOPE_COORDINATOR_KEY_FILE" in told
        assert "message_forged" not in told
    children = steady.children()
    (steady.data / "signing.key").write_text("nonsense")
    steady.process.send_signal(signal.SIGHUP)
    until("it is refused", lambda: "The signing key stays as it is" in steady.output)
    until("there, too", lambda: "not_reloaded setting=OUTSCOPE_SIGNING_KEY" in log.read_text())
    assert steady.children() == children
    assert "nonsense" not in log.read_text()


class OnTerminal:
    """A command on a terminal of its own, which can be hung up."""

    def __init__(self, log: Path, *command: str, environ: dict[str, str] | None = None) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:  # pragma: no cover - another process
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(out, 2)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # however this process was started
            os.execvpe(command[0], command, {**os.environ, **(environ or {})})

    def hang_up(self) -> None:
        """Close the terminal, as a connection that ends does."""
        os.close(self.master)

    def ended(self) -> bool:
        done, self.status = os.waitpid(self.pid, os.WNOHANG)
        return done != 0

    def close(self) -> None:
        if alive(self.pid):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., OnTerminal]]:
    made: list[OnTerminal] = []

    def make(*command: str, **environ: str) -> OnTerminal:
        made.append(OnTerminal(tmp_path / "log", *command, environ=environ))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _up(fast_config: Path, tmp_path: Path, port: int) -> list[str]:
    return outscope(
        "up", "--data", tmp_path / "data", "--port", port, "--config", fast_config,
        "--allow", "127.3.0.0/16",
    )  # fmt: skip


class Elsewhere(Running):
    """A product that was started on a terminal."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid


def test_up_ends_with_its_terminal(
    fast_config: Path, tmp_path: Path, terminal: Callable[..., OnTerminal]
) -> None:
    port = free_port()
    up = terminal(*_up(fast_config, tmp_path, port))
    product = Elsewhere(port, up.pid)
    until("it answers", lambda: product.get("/v1/services"))
    os.kill(up.pid, signal.SIGHUP)  # while the terminal is there
    log = tmp_path / "data" / "logs" / "api.log"
    until("it reloads", lambda: "reloaded changed=" in log.read_text())
    children = [int(pid) for pid in _children(up.pid)]
    up.hang_up()
    until("it ends", up.ended)
    assert os.waitstatus_to_exitcode(up.status) == 0
    assert not [pid for pid in children if alive(pid)]


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_process_outlives_its_terminal_when_it_was_started_by_nohup(
    tmp_path: Path, terminal: Callable[..., OnTerminal]
) -> None:
    port, log = free_port(), tmp_path / "log"
    command = outscope("api", "--database", f"sqlite://{tmp_path}/a.db", "--port", port)
    api = terminal("nohup", *command)
    product = Elsewhere(port, api.pid)
    until("it answers", lambda: product.get("/v1/healthz"))
    api.hang_up()
    os.kill(api.pid, signal.SIGHUP)
    until("it reloads", lambda: "reloaded changed=" in log.read_text())
    assert not api.ended()
    assert product.get("/v1/healthz")


@pytest.mark.parametrize("what", ["api", "worker"])
def test_any_process_ends_with_its_terminal(
    what: str, tmp_path: Path, terminal: Callable[..., OnTerminal]
) -> None:
    port = free_port()
    commands = {
        "api": ("api", "--database", f"sqlite://{tmp_path}/a.db", "--port", port),
        "worker": ("worker", "--region", "eu", "--broker", f"redis://127.0.0.1:{port}/0"),
    }
    process = terminal(*outscope(*commands[what]), OUTSCOPE_STATE_DIR=str(tmp_path / "state"))
    until("it hears SIGHUP", lambda: _catches(process.pid))
    process.hang_up()
    until("it ends", process.ended)
    assert os.waitstatus_to_exitcode(process.status) == 0


def _catches(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & 1)  # SIGHUP is the first


@pytest.mark.parametrize("what", ["coordinator", "writer", "api", "up"])
def test_no_hangup_ends_a_start(what: str, tmp_path: Path) -> None:
    """However early: from the moment on at which it hears them, which is its first line."""
    told = {
        "coordinator": ("--broker", "redis://127.0.0.1:1/0", "--data", tmp_path),
        "writer": ("--broker", "redis://127.0.0.1:1/0", "--database", "postgres://127.0.0.1:1/x"),
        "api": ("--data", tmp_path, "--port", free_port()),
        "up": ("--data", tmp_path / "missing" / "x", "--config", tmp_path / "none.yaml"),
    }[what]
    env = {**os.environ, "OUTSCOPE_WRITERS": "elsewhere" if what == "writer" else "here"}
    process = subprocess.Popen(outscope(what, *told), env=env, start_new_session=True, stderr=-3)
    try:
        until("it hears SIGHUP", lambda: process.poll() is not None or _catches(process.pid))
        with hangups(process.pid):
            time.sleep(3)
            process.terminate()
            assert process.wait(30) != -signal.SIGHUP
    finally:
        process.kill()
        process.wait()
