"""A process is kept running: ready, started again after its death, ended when told, never
orphaned.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.supervisor.child import Child
from api.supervisor.problem import CannotStartError
from api.supervisor.program import Program, ended, send, stop

pytestmark = pytest.mark.slow

DEADLINE_S = 20.0
SERVING = "import pathlib, time; pathlib.Path(r'{ready}').touch(); time.sleep(1000)"


def program(folder: Path, code: str) -> Program:
    """A Python program that says that it is ready by a file."""
    ready = folder / "program.ready"
    return Program(
        name="program",
        argv=(sys.executable, "-c", code.replace("{ready}", str(ready))),
        env=dict(os.environ),
        log=folder / "program.log",
        stage=0,
        address="here",
        ready_file=ready,
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_it_says_when_the_process_is_ready_and_ends_it_when_told(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child(program(tmp_path, SERVING), said.append)
    running = asyncio.create_task(child.run())
    async with asyncio.timeout(DEADLINE_S):
        await child.ready()
    assert "ready after" in said[0]
    assert said[0].endswith("here")
    await child.end()
    await running
    assert child.process is not None
    assert child.process.returncode == -signal.SIGTERM


async def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child(program(tmp_path, SERVING), said.append, wait_s=0.05)
    running = asyncio.create_task(child.run())
    async with asyncio.timeout(DEADLINE_S):
        await child.ready()
    first = child.process
    assert first is not None
    send(first, signal.SIGKILL)
    await until(lambda: child.process is not first)
    async with asyncio.timeout(DEADLINE_S):
        await child.ready()
    assert "was ended by SIGKILL; starting it again in 0.05 s" in said[1]
    assert "again ready" in said[2]
    await child.end()
    await running


async def test_a_process_that_cannot_start_is_tried_less_and_less_often_and_says_why(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    child = Child(
        program(tmp_path, "raise SystemExit('no broker given')"), said.append, wait_s=0.05
    )
    running = asyncio.create_task(child.run())
    await until(lambda: len(said) >= 3)
    assert "no broker given" in said[0]
    assert "again in 0.1 s" in said[1]
    assert "again in 0.2 s" in said[2]
    await child.end()
    await running


async def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SERVING
    process = program(tmp_path, stubborn).start()
    await until((tmp_path / "program.ready").exists)
    await stop(process, grace_s=0.2)
    assert process.returncode == -signal.SIGKILL


async def test_a_process_dies_with_its_supervisor(tmp_path: Path) -> None:
    script = tmp_path / "supervisor.py"
    script.write_text(
        "import time; from pathlib import Path\n"
        "from tests.api.supervisor.test_child import SERVING, program\n"
        f"process = program(Path({str(tmp_path)!r}), SERVING).start()\n"
        f"Path({str(tmp_path)!r}, 'pid').write_text(str(process.pid)); time.sleep(1000)\n"
    )
    supervisor = subprocess.Popen(  # noqa: ASYNC220 - starting is quick
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": os.getcwd()}
    )
    try:
        await until((tmp_path / "program.ready").exists)
        child = int((tmp_path / "pid").read_text())
        supervisor.kill()
        supervisor.wait()
        await until(lambda: gone(child))
    finally:
        supervisor.kill()
        supervisor.wait()


WRONG = "import sys; print('OUTSCOPE_X is wrong'); sys.exit(2)"


async def test_with_new_settings_one_that_calls_them_wrong_is_given_up(tmp_path: Path) -> None:
    child = Child(program(tmp_path, WRONG), [].append, settings_are_new=True)
    async with asyncio.timeout(DEADLINE_S):
        await child.run()
        with pytest.raises(CannotStartError, match="program did not start: OUTSCOPE_X is wrong"):
            await child.ready()
    assert child.restarts == 0


async def test_one_that_was_ready_before_is_started_again_all_the_same(tmp_path: Path) -> None:
    code = "pathlib.Path(r'{ready}').touch(); time.sleep(1); sys.exit(2)"
    child = Child(
        program(tmp_path, f"import pathlib, sys, time; {code}"),
        [].append,
        wait_s=0.05,
        settings_are_new=True,
    )
    running = asyncio.create_task(child.run())
    await until(lambda: child.restarts > 0)
    await child.end()
    await running


async def test_waiting_for_an_end_has_a_limit(tmp_path: Path) -> None:
    process = program(tmp_path, SERVING).start()
    began_s = time.monotonic()
    assert not await ended(process, 0.1)
    assert time.monotonic() - began_s < DEADLINE_S
    await stop(process, grace_s=5)
