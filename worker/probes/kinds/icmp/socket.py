"""Sockets for echo requests: unprivileged where the system allows it, raw where this process may,
or a clear word.
"""

import ctypes
import secrets
import socket
import struct
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple

from worker.probes.kinds.icmp.packet import REPLY, Version
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint

NOT_ALLOWED: Final = (
    "this system does not let the worker send ICMP echo requests: set net.ipv4.ping_group_range to"
    " include the worker's group (sysctl -w net.ipv4.ping_group_range='0 2147483647'), or give it"
    " the capability NET_RAW"
)
# Numbers of Linux that Python has no names for.
TIMESTAMPS: Final = 35  # SO_TIMESTAMPNS
_SOL_RAW: Final = 255
_ICMP_FILTER: Final = 1
_ICMP6_FILTER: Final = 1
_SO_ATTACH_FILTER: Final = 26

_FAMILIES: Final[dict[Version, socket.AddressFamily]] = {4: socket.AF_INET, 6: socket.AF_INET6}
_PROTOCOLS: Final[dict[Version, int]] = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}


class NotAllowed(Exception):  # noqa: N818 - a state of this system
    """Neither kind of socket may be opened."""


class EchoSocket(NamedTuple):
    """A socket that hears one address only, the number of its requests, and what its packets begin
    with.
    """

    sock: socket.socket
    version: Version
    number: int
    below_ip: bool
    """Whether packets come without their IP header."""


def available() -> str | None:
    """Why the kind `icmp` cannot look from here, in one sentence that says what to do; None when it
    can.
    """
    try:
        _way(4)
    except NotAllowed as error:
        return str(error)
    return None


def echo_socket(endpoint: Endpoint, look: Look) -> EchoSocket:
    """A socket to this address. NotAllowed, or OSError when no path leads there."""
    version: Version = 6 if endpoint.family == socket.AF_INET6 else 4
    way = _way(version)
    sock, number = _opened(version, way), secrets.randbits(16)
    try:
        sock.setblocking(False)
        with suppress(OSError):  # comforts, which kernels that imitate Linux may lack
            sock.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)
            if way == socket.SOCK_RAW:
                _hear_replies_only(sock, version)
                _hear_number_only(sock, version, number)
        source = look.vantage.source_address
        if source is not None and (":" in source) == (version == 6):
            sock.bind((source, 0))
        sock.connect(endpoint.address)
    except OSError:
        sock.close()
        raise
    return EchoSocket(sock, version, number, way == socket.SOCK_DGRAM or version == 6)


@lru_cache(maxsize=2)
def _way(version: Version) -> socket.SocketKind:
    """Which kind of socket may be opened here; looked up once, for rights seldom change while a
    process runs.
    """
    for way in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            _opened(version, way).close()
        except PermissionError:
            continue
        except OSError as error:
            raise NotAllowed(
                f"this system has no ICMP over IPv{version}: {error.strerror}"
            ) from error
        return way
    raise NotAllowed(NOT_ALLOWED)


def _opened(version: Version, way: socket.SocketKind) -> socket.socket:
    return socket.socket(_FAMILIES[version], way, _PROTOCOLS[version])


def _hear_replies_only(sock: socket.socket, version: Version) -> None:
    """Without this, a raw socket also hears the requests of others to this machine."""
    if version == 4:
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << REPLY[4]) & 0xFFFF_FFFF))
        return
    blocked = [0xFFFF_FFFF] * 8
    blocked[REPLY[6] >> 5] &= ~(1 << (REPLY[6] & 31))
    sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("=8I", *blocked))


def _hear_number_only(sock: socket.socket, version: Version, number: int) -> None:
    """Without this, each of n raw sockets to one address hears the replies to all n; the kernel
    sorts them for us.

    A program for the socket filter of Linux, filter(7) of BSD: it takes packets whose identifier is
    this number.
    """
    find_identifier = [(0x28, 0, 0, 4)] if version == 6 else [(0xB1, 0, 0, 0), (0x48, 0, 0, 4)]
    program = [*find_identifier, (0x15, 0, 1, number), (0x06, 0, 0, 0xFFFF_FFFF), (0x06, 0, 0, 0)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    sock.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("@HP", len(program), ctypes.addressof(code)),
    )
