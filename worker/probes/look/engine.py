"""The engine: one libcurl multi handle inside the running asyncio or uvloop loop.

libcurl's sockets live in an epoll set of our own, and the event loop watches that one set: a turn
of the loop then handles every socket that is ready in one callback. Measured against `add_reader`
and `add_writer` per socket, this saves 60 µs of the CPU of a look. Timers are asked for once a turn
and not told by callback: at most one is armed.
"""

import asyncio
import contextlib
import select
import threading
from typing import Final

import pycurl

from worker.contract.clock import monotonic_s

_READ: Final = select.EPOLLIN
_WRITE: Final = select.EPOLLOUT
_REMOVE: Final[int] = pycurl.POLL_REMOVE
_WANTED: Final = {pycurl.POLL_IN: _READ, pycurl.POLL_OUT: _WRITE, pycurl.POLL_INOUT: _READ | _WRITE}
_ROUND: Final = 512
"""Ready sockets handled in one turn, so that other work of the loop gets its turn too."""
_CLOSE_S: Final = 0.2
_IDLE_HANDLES: Final = 256
_SET_HANDLES: Final = 128
"""Handles that keep what was set; one that was last used over HTTPS holds 10 to 20 kB."""
_KEPT: Final = 1024
"""Open connections, those of looks that reuse them included, beyond which idle ones are closed."""
NO_ERROR: Final = (0, "")

Ending = tuple[int, str]
"""libcurl's code of how a transfer ended, 0 for well, and its own words."""


class Engine:
    """Runs transfers. Belongs to the loop on which the first one starts."""

    def __init__(self) -> None:
        self._idle: list[pycurl.Curl] = []
        self._set: dict[object, list[pycurl.Curl]] = {}
        self._set_count = 0
        self._running: dict[pycurl.Curl, asyncio.Future[Ending]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._kick_due = False
        self._watched: set[int] = set()
        self._epoll = select.epoll()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _KEPT)

    def borrow(self) -> pycurl.Curl:
        """An easy handle with libcurl's defaults; give it back with `give_back`."""
        return self._idle.pop() if self._idle else pycurl.Curl()

    def borrow_set(self, settings: object) -> pycurl.Curl | None:
        """An easy handle that was given back with these settings, and has them still; None when
        there is none.
        """
        kept = self._set.get(settings)
        if kept is None:
            return None
        easy = kept.pop()
        self._set_count -= 1
        if not kept:
            del self._set[settings]
        return easy

    def give_back_set(self, easy: pycurl.Curl, settings: object) -> None:
        """Keep a handle with what is set on it; of too many, the one that was longest not wanted
        forgets.
        """
        kept = self._set.get(settings)
        if kept is None:
            self._set[settings] = [easy]
        else:
            kept.append(easy)
        self._set_count += 1
        if self._set_count > _SET_HANDLES:
            oldest = self.borrow_set(next(iter(self._set)))
            if oldest is not None:
                self.give_back(oldest)

    def give_back(self, easy: pycurl.Curl) -> None:
        """Forget everything that was set on a handle and keep it for the next look."""
        if len(self._idle) < _IDLE_HANDLES:
            easy.reset()
            self._idle.append(easy)
        else:
            easy.close()

    async def transfer(self, easy: pycurl.Curl) -> Ending:
        """Run one transfer to its end. When the caller is cancelled, the transfer stops there and
        then.
        """
        loop = self._loop or self._attach()
        future: asyncio.Future[Ending] = loop.create_future()
        self._running[easy] = future
        self._multi.add_handle(easy)
        if not self._kick_due:
            self._kick_due = True
            loop.call_soon(self._kick)
        try:
            return await future
        finally:
            if self._running.pop(easy, None) is not None:
                self._multi.remove_handle(easy)

    def stop(self, easy: pycurl.Curl) -> None:
        """End a transfer here and now, as a callback would that takes no more of its body. Not from
        within a callback of libcurl's.
        """
        if easy in self._running:
            self._end(easy, (pycurl.E_WRITE_ERROR, "stopped"))

    def in_flight(self) -> int:
        """Transfers on their way."""
        return len(self._running)

    def close(self) -> None:
        """Cancel what is on its way and free libcurl. A resolver that hangs in libc delays
        nobody.
        """
        for future in tuple(self._running.values()):
            future.cancel()
        for easy in tuple(self._running):
            self._running.pop(easy)
            self._multi.remove_handle(easy)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._epoll.fileno())
        if self._timer is not None:
            self._timer.cancel()
        # waits for every abandoned lookup
        closing = threading.Thread(target=self._multi.close, daemon=True)
        closing.start()
        closing.join(_CLOSE_S)
        self._epoll.close()
        self._idle.clear()
        self._set.clear()

    def _attach(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._on_ready)
        return self._loop

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        """libcurl says which sockets it waits for."""
        if what == _REMOVE:
            self._watched.discard(fd)  # it is closed next, which takes it out of the epoll set
        elif fd in self._watched:
            self._epoll.modify(fd, _WANTED[what])
        else:
            self._watched.add(fd)
            try:
                self._epoll.register(fd, _WANTED[what])
            except FileExistsError:  # it was not closed after all
                self._epoll.modify(fd, _WANTED[what])

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        """See that libcurl is called when it wants to be, even if no socket is ready. Too early
        does no harm.
        """
        timeout_ms = self._multi.timeout()
        if timeout_ms < 0:
            return
        at = monotonic_s() + timeout_ms / 1000
        if self._timer is None or at < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = at
            self._timer = loop.call_later(timeout_ms / 1000, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._kick()

    def _kick(self) -> None:
        self._kick_due = False
        _, running = self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._settle(running)

    def _on_ready(self) -> None:
        action = self._multi.socket_action
        running = len(self._running)
        for fd, events in self._epoll.poll(0, _ROUND):
            if fd not in self._watched:
                self._forget(fd)
                continue
            mask = pycurl.CSELECT_IN if events & _READ else 0
            if events & _WRITE:
                mask |= pycurl.CSELECT_OUT
            if events & ~(_READ | _WRITE):
                mask |= pycurl.CSELECT_ERR
            _, running = action(fd, mask)
        self._settle(running)

    def _forget(self, fd: int) -> None:
        """libcurl has let go of a socket without closing it, or closed it in this very turn."""
        with contextlib.suppress(OSError):
            self._epoll.unregister(fd)

    def _settle(self, running: int) -> None:
        """Hand every ended transfer to whoever waits for it, and note when libcurl wants to be
        called again.
        """
        if running < len(self._running):
            _, well, badly = self._multi.info_read()
            for easy in well:
                self._end(easy, NO_ERROR)
            for easy, code, words in badly:
                self._end(easy, (code, words))
        if self._running and self._loop is not None:
            self._arm(self._loop)

    def _end(self, easy: pycurl.Curl, ending: Ending) -> None:
        self._multi.remove_handle(easy)
        future = self._running.pop(easy)
        if not future.done():
            future.set_result(ending)
