"""What a region's machine has by itself: a target that answers, and a resolver that knows it."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Final

HOST: Final = "shop.chaos.test"
PORT: Final = 8080
_HEADER: Final = struct.Struct(">6H")
_ANSWER, _SERVFAIL = 0x8180, 0x8182
_ADDRESS: Final = struct.pack(">3HIH4B", 0xC00C, 1, 1, 1, 4, 127, 0, 0, 1)
_NAMESERVER: Final = struct.pack(">3HIH3B", 0xC00C, 2, 1, 1, 3, 1, 97, 0)
_TYPES: Final = {1: _ADDRESS, 2: _NAMESERVER}


class Names:
    """A resolver (RFC 1035) on port 53 of the loopback: every name is 127.0.0.1. Made in the
    namespace that it serves.
    """

    def __init__(self) -> None:
        self.silent = self.failing = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._socket.settimeout(1.0)
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._open = False

    def _serve(self) -> None:
        while self._open:
            with suppress(OSError, struct.error, ValueError):
                asked, whom = self._socket.recvfrom(2048)
                if not self.silent:
                    self._socket.sendto(self._answer(asked), whom)
        self._socket.close()

    def _answer(self, asked: bytes) -> bytes:
        number, *_ = _HEADER.unpack_from(asked)
        end = asked.index(b"\0", _HEADER.size) + 5
        (kind,) = struct.unpack_from(">H", asked, end - 4)
        found = b"" if self.failing else _TYPES.get(kind, b"")
        flags = _SERVFAIL if self.failing else _ANSWER
        head = _HEADER.pack(number, flags, 1, int(bool(found)), 0, 0)
        return head + asked[_HEADER.size : end] + found


class Well:
    """A target that takes every connection and closes it."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take none any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()
