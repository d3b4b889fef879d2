"""A TCP proxy between a process and its server that can go silent: packets vanish, connections stay
open.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType


class Proxy:
    """Forwards `address`:`port` to another port of the loopback until told to fail.

    `drop()` is a link that went dead without a word: nothing passes any more, nobody is told, and
    new connections are accepted and hang. `heal()` lets new connections through; the old ones stay
    dead for ever, as they do behind a router that forgot them. `delay_s` is added in each
    direction.
    """

    def __init__(
        self, target_port: int, *, delay_s: float = 0.0, address: str = "127.0.0.1"
    ) -> None:
        self._target = ("127.0.0.1", target_port)
        self._delay_s = delay_s
        self._dropping = False
        self._links: list[_Link] = []
        self._listener = socket.create_server((address, 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"redis://{address}:{self.port}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def drop(self) -> None:
        """From now on every packet vanishes."""
        self._dropping = True
        for link in self._links:
            link.dead = True

    def heal(self) -> None:
        """New connections work again."""
        self._dropping = False

    def delay(self, seconds: float) -> None:
        """From now on this is added in each direction, on the connections that there are, too."""
        self._delay_s = seconds

    def cut(self) -> None:
        """Close every connection; new ones work."""
        links, self._links = self._links, []
        for link in links:
            link.close()

    def close(self) -> None:
        """End the proxy and its connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        self.cut()

    @property
    def carried(self) -> int:
        """Bytes that passed, both ways together, over connections that were not cut."""
        return sum(link.carried for link in self._links)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            link = _Link(client, dead=self._dropping)
            self._links.append(link)
            if not link.dead:
                link.join(self._target, lambda: self._delay_s)


class _Link:
    """One connection and its other half at the server."""

    def __init__(self, client: socket.socket, *, dead: bool) -> None:
        self.dead = dead
        self.carried = 0
        self._ends = [client]

    def join(self, target: tuple[str, int], delay_s: Callable[[], float]) -> None:
        client = self._ends[0]
        try:
            server = socket.create_connection(target, timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        self._ends.append(server)
        for end in self._ends:
            with suppress(OSError):  # it hung up meanwhile, which the pump finds out
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, sink, delay_s), daemon=True).start()

    def close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pump(
        self, source: socket.socket, sink: socket.socket, delay_s: Callable[[], float]
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if (wait_s := delay_s()) > 0:
                    time.sleep(wait_s)
                if not self.dead:
                    self.carried += len(data)
                    sink.sendall(data)
        if not self.dead:
            self.close()
