"""The gate through which libcurl's sockets go: the guard sees the very address that is connected
to.
"""

import os
import socket
from typing import Any, Final

import pycurl

from worker.targets.guard import Guard

MOST_TRIES: Final = 2
"""Requests of one exchange."""
_MAY: Final[int] = pycurl.PREREQFUNC_OK
_MAY_NOT: Final[int] = pycurl.PREREQFUNC_ABORT


class Gate:
    """Opens libcurl's sockets, and only to addresses that may be probed: no name can change after
    this. Counts the requests, too: libcurl would send one up to six times while an HTTP/2 server
    takes none, without a pause.
    """

    __slots__ = ("guard", "opened", "refusal", "sent")

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.opened = False
        self.refusal: str | None = None
        self.sent = 0

    def sends(self, *_addresses: Any) -> int:
        """libcurl is about to send the request; whether it may."""
        self.sent += 1
        return _MAY if self.sent <= MOST_TRIES else _MAY_NOT

    def open(self, _purpose: int, address: Any) -> Any:
        """A socket for this address, or libcurl's word for none."""
        if self.sent >= MOST_TRIES:
            return pycurl.SOCKET_BAD
        ip = address.addr[0]
        refusal = self.guard.refusal(ip.decode() if isinstance(ip, bytes) else ip)
        if refusal is not None:
            self.refusal = refusal
            return pycurl.SOCKET_BAD
        self.opened = True
        try:
            # the bare C type, because socket.socket() spends 20 µs more on enums that nobody reads
            return _Descriptor(
                socket.SocketType(address.family, address.socktype, address.protocol).detach()
            )
        except OSError:  # out of descriptors
            return pycurl.SOCKET_BAD


class _Descriptor:
    """A new socket for libcurl, which duplicates it at once and leaves this one to be closed."""

    __slots__ = ("_fd",)

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def __del__(self) -> None:
        os.close(self._fd)
