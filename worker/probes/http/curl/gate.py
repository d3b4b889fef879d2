"""The gate through which libcurl's sockets go: the guard sees the very address that is connected
to.
"""

import os
import socket
from typing import Any

import pycurl

from worker.targets.guard import Guard


class Gate:
    """Opens libcurl's sockets, and only to addresses that may be probed: no name can change after
    this.
    """

    __slots__ = ("guard", "opened", "refusal")

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.opened = False
        self.refusal: str | None = None

    def open(self, _purpose: int, address: Any) -> Any:
        """A socket for this address, or libcurl's word for none."""
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
