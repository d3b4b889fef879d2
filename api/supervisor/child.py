"""Keeps one process running: starts it, says when it is ready, starts it again when it dies, ends
it when told.
"""

import asyncio
import signal
import subprocess
from collections.abc import Callable
from typing import Final

from api.supervisor.logfile import last_lines
from api.supervisor.problem import CannotStartError
from api.supervisor.program import Program, how_it_ended, send, stop

POLL_S: Final = 0.1
FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
STEADY_S: Final = 60.0
"""A process that ran this long has earned a short wait again."""
SLOW_START_S: Final = 30.0
GRACE_S: Final = 15.0
REFUSED: Final = 2
"""The exit code of a process that is set up wrongly, which no start after it mends."""
RELOADED_S: Final = 30.0
"""Trying whether a broker or a database works by new credentials may take a while."""

Say = Callable[[str], None]


class Child:
    """One program and the process that runs it now, if any."""

    def __init__(
        self,
        program: Program,
        say: Say,
        wait_s: float = FIRST_WAIT_S,
        *,
        settings_are_new: bool = False,
    ) -> None:
        """With new settings it is given up when it says, before it is ready, that they are
        wrong.
        """
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self._say = say
        self._first_wait_s = wait_s
        self._ready = asyncio.Event()
        self._wanted = True
        self._wake = asyncio.Event()
        self._settings_are_new = settings_are_new
        self._refusal = ""

    async def run(self) -> None:
        """Keep the program running until `end`. Returns when it has ended."""
        wait_s = self._first_wait_s
        while self._wanted:
            lived_s = await self._one_life()
            if not self._wanted or self._is_refused():
                return
            wait_s = self._first_wait_s if lived_s > STEADY_S else wait_s
            self._say(self._obituary(wait_s))
            await self._rest(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
            self.restarts += 1

    async def ready(self) -> None:
        """Return when the running process is ready; CannotStartError when it was given up."""
        await self._ready.wait()
        if self._refusal:
            raise CannotStartError(self._refusal)

    async def reload(self, within_s: float = RELOADED_S) -> bool:
        """Have the process read its files again; whether it has, within this time. What does not
        run at the moment reads them when it starts.
        """
        before = self.program.told_ready_at()
        if before is None or self.process is None or self.process.poll() is not None:
            return True
        self.process.send_signal(signal.SIGHUP)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while self.program.told_ready_at() == before:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(POLL_S)
        return True

    async def end(self) -> None:
        """End the process and do not start it again."""
        self._wanted = False
        self._wake.set()
        if self.process is not None:
            await stop(self.process, GRACE_S)

    def kill(self) -> None:
        """End it at once."""
        self._wanted = False
        self._wake.set()
        if self.process is not None and self.process.poll() is None:
            send(self.process, signal.SIGKILL)

    async def _one_life(self) -> float:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        try:
            self.process = self.program.start()
        except OSError as error:
            self._say(f"{self.program.name} cannot be started: {error}")
            return 0.0
        complained = False
        while self.process.poll() is None:
            if not self._ready.is_set():
                complained = self._look_if_ready(loop.time() - began_s, complained)
            await asyncio.sleep(POLL_S)
        self._ready.clear()
        return loop.time() - began_s

    def _is_refused(self) -> bool:
        if not (self._settings_are_new and self.process and self.process.returncode == REFUSED):
            return False
        said = " ".join(last_lines(self.program.log, 1))
        self._refusal = f"{self.program.name} did not start: {said} (its log is {self.program.log})"
        self._ready.set()
        return True

    def _look_if_ready(self, after_s: float, complained: bool) -> bool:
        if self.program.ready():
            self._ready.set()
            self._settings_are_new = False
            address = f"  {self.program.address}" if self.program.address else ""
            self._say(
                f"{self.program.name:<24} {'again ' if self.restarts else ''}ready after"
                f" {after_s:.1f} s{address}"
            )
        elif after_s > SLOW_START_S and not complained:
            self._say(f"{self.program.name} is still not ready; its log is {self.program.log}")
            return True
        return complained

    def _obituary(self, wait_s: float) -> str:
        code = self.process.returncode if self.process else 1
        said = (
            "".join(f"\n    {line}" for line in last_lines(self.program.log, 3)) if code > 0 else ""
        )
        return (
            f"{self.program.name} {how_it_ended(code)}; starting it again in {wait_s:g} s "
            f"(its log is {self.program.log}){said}"
        )

    async def _rest(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        except TimeoutError:
            return
