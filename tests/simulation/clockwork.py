"""Time that is simulated: one event loop whose clock goes on to the next thing that is due, and
hosts whose clocks may be wrong, stand still or end.

`install` has the clock of the product and its database read this one. It comes before anything else
is imported, for modules take the clock by name.
"""

import asyncio
import contextvars
import heapq
import itertools
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, Final

import aiosqlite.core

from worker.contract import clock

EPOCH_MS: Final = 1_767_225_600_000
"""When a simulation begins."""
_CLOSE_S: Final = 1e-6
_UNIX_DAYS: Final = 2_440_587.5
_DAY_MS: Final = 86_400_000


class Host:
    """One machine, or one start of a process on it."""

    def __init__(self, name: str, loop: "SimLoop", boot_s: float = 0.0) -> None:
        self.name = name
        self.ahead_ms = 0
        """Of its wall clock."""
        self.alive = True
        self.stands = False
        """Whether it stands still, as a process that was stopped."""
        self.database_fault: Callable[[], bool] = lambda: False
        self.answer_lost: Callable[[], bool] = lambda: False
        """Whether a commit is done, and its answer lost."""
        self.waiting: list[asyncio.Handle] = []
        self.tasks: set[asyncio.Task[Any]] = set()
        self._loop = loop
        self._boot_s = boot_s
        self.context = contextvars.copy_context()
        self.context.run(HOST.set, self)

    def now(self) -> int:
        """Its wall clock."""
        return EPOCH_MS + self.ahead_ms + int(self._loop.at_s * 1000 + 0.5)

    def monotonic_s(self) -> float:
        """Its other clock, which has an origin of its own."""
        return self._loop.at_s + self._boot_s

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run this on it."""
        return self._loop.create_task(work, context=self.context.copy())

    def later(self, delay_s: float, act: Callable[..., Any], *told: Any) -> asyncio.TimerHandle:
        """Do this on it, if it lives then."""
        return self._loop.call_later(delay_s, act, *told, context=self.context)

    def stand(self) -> None:
        """Stand still."""
        self.stands = True

    def go_on(self) -> None:
        """Go on: everything that was due meanwhile happens now."""
        self.stands = False
        waiting, self.waiting = self.waiting, []
        self._loop.take_up(waiting)

    def crash(self) -> None:
        """End at once: nothing more of it is done or sent."""
        self.alive = False
        self.go_on()
        for task in list(self.tasks):
            task.cancel()


HOST: contextvars.ContextVar[Host | None] = contextvars.ContextVar("host", default=None)


class SimLoop(asyncio.BaseEventLoop):
    """An event loop without input or output. `events` counts what happened in it."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 0.0
        self.events = 0
        self._due: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self.set_task_factory(_task)

    def time(self) -> float:
        """The simulated time."""
        return self.at_s

    def take_up(self, handles: list[asyncio.Handle]) -> None:
        """Do these next."""
        self._ready.extend(handles)

    def run_in_executor(  # type: ignore[override]
        self, _executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Threads take no time, and come in a known order."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:  # as a thread of a pool does
            future.set_exception(error)
        return future

    def _write_to_self(self) -> None:
        """Nobody waits in another thread."""

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As of a loop."""
        return self.call_at(self.at_s + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As of a loop; of those that are due at once the first that was asked for comes first."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._due, (when, next(self._order), handle))
        return handle

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        """It is left where it is until it is due."""

    def _run_once(self) -> None:
        due, ready = self._due, self._ready
        while due and due[0][2]._cancelled:
            heapq.heappop(due)
        if not ready:
            if not due:
                raise RuntimeError("nothing will ever happen")
            self.at_s = max(self.at_s, due[0][0])
        until_s = self.at_s + _CLOSE_S
        while due and due[0][0] <= until_s:
            ready.append(heapq.heappop(due)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled and self._may_run(handle):
                self.events += 1
                handle._run()

    def _may_run(self, handle: asyncio.Handle) -> bool:
        host = handle._context.get(HOST)
        if host is None:
            return True
        if not host.alive:
            return not isinstance(handle, asyncio.TimerHandle)
        if host.stands:
            host.waiting.append(handle)
            return False
        return True


def _task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **told: Any
) -> asyncio.Task[Any]:
    task = asyncio.Task(work, loop=loop, **told)
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    context = told.get("context")
    host = HOST.get() if context is None else context.get(HOST)
    if host is not None:
        host.tasks.add(task)
        task.add_done_callback(host.tasks.discard, context=_NOWHERE)
    return task


_NOWHERE: Final = contextvars.Context()
_real_now, _real_monotonic_s = clock.now, clock.monotonic_s


def now() -> int:
    """The wall clock of the host that asks."""
    host = HOST.get()
    return _real_now() if host is None else host.now()


def monotonic_s() -> float:
    """The monotonic clock of the host that asks."""
    host = HOST.get()
    return _real_monotonic_s() if host is None else host.monotonic_s()


class _Inline:
    """Does at once what aiosqlite would have its thread do."""

    def put_nowait(self, told: tuple["asyncio.Future[Any] | None", Callable[[], Any]]) -> None:
        future, function = told
        try:
            _ask()
            result = function()
            _answer(function)
            if isinstance(result, sqlite3.Connection):
                result.create_function("julianday", 1, _julian_day)
            if future is not None:
                future.set_result(result)
        except BaseException as error:  # as aiosqlite's thread does
            if future is not None:
                future.set_exception(error)


def _ask() -> None:
    host = HOST.get()
    if host is None:
        return
    if not host.alive or host.database_fault():
        raise sqlite3.OperationalError("the database is away")


def _answer(function: Callable[[], Any]) -> None:
    host = HOST.get()
    done = getattr(getattr(function, "func", None), "__name__", "")
    if host is not None and done == "commit" and host.answer_lost():
        raise sqlite3.OperationalError("the connection broke before the answer")


def _julian_day(_when: str) -> float:
    """The database's own clock is right."""
    loop = asyncio.get_running_loop()
    at_ms = EPOCH_MS + loop.time() * 1000
    return at_ms / _DAY_MS + _UNIX_DAYS


class _NoThread:
    def __init__(self, **_told: Any) -> None:
        """There is none."""

    def start(self) -> None:
        """Nothing begins."""


def install() -> None:
    """Have the product and its database go by simulated time, wherever a host asks."""
    vars(clock).update(now=now, monotonic_s=monotonic_s)
    vars(aiosqlite.core).update(SimpleQueue=_Inline, Thread=_NoThread)
