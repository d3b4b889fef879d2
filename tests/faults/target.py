"""A small HTTP server that remembers who asked for what and when: the truth about which looks were
made.
"""

import socket
import threading
import time
from contextlib import suppress


class Target:
    """Answers 200 to everything on 127.0.0.1:`port`; `seen` has the monotonic moment of each path's
    first request.

    With `silent`, it accepts and never answers; with `limited_s`, it answers 429 and asks for so
    many seconds of rest.
    """

    def __init__(self, *, silent: bool = False, limited_s: int | None = None) -> None:
        self.seen: dict[str, float] = {}
        self.requests = 0
        self.last = b""
        """The head of the newest request."""
        self._silent = silent
        status = (
            "200 OK" if limited_s is None else f"429 Too Many Requests\r\nRetry-After: {limited_s}"
        )
        self._reply = (
            f"HTTP/1.1 {status}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n".encode()
        )
        self._kept: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        for link in self._kept:
            link.close()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError):
                self._answer(link)

    def _answer(self, link: socket.socket) -> None:
        link.settimeout(2)
        request = link.recv(65536)
        if not request:  # somebody only knocked
            link.close()
            return
        self.last = request
        path = request.split(b" ")[1].decode()
        self.requests += 1
        self.seen.setdefault(path, time.monotonic())
        if self._silent:
            self._kept.append(link)
            return
        link.sendall(self._reply)
        link.close()
