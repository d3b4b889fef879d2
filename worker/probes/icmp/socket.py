"""Sockets for echo requests: unprivileged where the system allows it, raw where this process may, or a clear word."""

import socket
import struct
from functools import lru_cache
from typing import Final, NamedTuple

from worker.probes.icmp.packet import REPLY, Version
from worker.probes.resolver import Endpoint
from worker.probes.vantage import Look

NOT_ALLOWED: Final = (
    "this system does not let the worker send ICMP echo requests: set net.ipv4.ping_group_range to include the "
    "worker's group (sysctl -w net.ipv4.ping_group_range='0 2147483647'), or give it the capability NET_RAW"
)
# Numbers of Linux that Python has no names for.
TIMESTAMPS: Final = 35  # SO_TIMESTAMPNS
_SOL_RAW: Final = 255
_ICMP_FILTER: Final = 1
_ICMP6_FILTER: Final = 1

_FAMILIES: Final[dict[Version, socket.AddressFamily]] = {4: socket.AF_INET, 6: socket.AF_INET6}
_PROTOCOLS: Final[dict[Version, int]] = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}


class NotAllowed(Exception):  # noqa: N818 - a state of this system
    """Neither kind of socket may be opened."""


class EchoSocket(NamedTuple):
    """A socket that hears one address only, and whether its packets begin below the IP header."""

    sock: socket.socket
    version: Version
    below_ip: bool


def available() -> str | None:
    """Why the kind `icmp` cannot look from here, in one sentence that says what to do; None when it can."""
    try:
        _way(4)
    except NotAllowed as error:
        return str(error)
    return None


def echo_socket(endpoint: Endpoint, look: Look) -> EchoSocket:
    """A socket to this address. NotAllowed, or OSError when no path leads there."""
    version: Version = 6 if endpoint.family == socket.AF_INET6 else 4
    way = _way(version)
    sock = _opened(version, way)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)
        if way == socket.SOCK_RAW:
            _hear_replies_only(sock, version)
        source = look.vantage.source_address
        if source is not None and (":" in source) == (version == 6):
            sock.bind((source, 0))
        sock.connect(endpoint.address)
    except OSError:
        sock.close()
        raise
    return EchoSocket(sock, version, way == socket.SOCK_DGRAM or version == 6)


@lru_cache(maxsize=2)
def _way(version: Version) -> socket.SocketKind:
    """Which kind of socket may be opened here; looked up once, for rights seldom change while a process runs."""
    for way in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            _opened(version, way).close()
        except PermissionError:
            continue
        except OSError as error:
            raise NotAllowed(f"this system has no ICMP over IPv{version}: {error.strerror}") from error
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
