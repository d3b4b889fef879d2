"""The servers that this machine asks for names, and whether they know the DNS at all."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final

Nameserver = tuple[str, int]

_FILE: Final = Path("/etc/resolv.conf")
_PATIENCE_S: Final = 0.5
# What follows the number of a message (RFC 1035, section 4): one question, recursion desired; ". IN
# NS". Written out,
# so that only a worker with checks of kind dns loads a library for it.
_ROOT: Final = struct.pack(">5H", 0x0100, 1, 0, 0, 0) + b"\0" + struct.pack(">2H", 2, 1)
_HEADER: Final = struct.Struct(">6H")
_IS_ANSWER: Final = 0x8000
_RCODE: Final = 0x000F


def system_nameservers(file: Path = _FILE) -> Sequence[Nameserver]:
    """The servers that this machine asks, by address and port, as resolv.conf(5) names them; none
    when it has none.
    """
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [
        (line[1], 53)
        for line in words
        if len(line) > 1 and line[0] == "nameserver" and _is_address(line[1])
    ]


async def knows_the_root(servers: Sequence[Nameserver]) -> bool:
    """Whether one of the first two can say who serves the root of the DNS; a network without a way
    out cannot.
    """
    for server, port in servers[:2]:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                _, flags, _, answers, _, _ = _HEADER.unpack_from(await _asked(server, port))
        except (struct.error, OSError):
            continue
        if flags & _IS_ANSWER and not flags & _RCODE and answers:
            return True
    return False


async def _asked(server: str, port: int) -> bytes:
    number = secrets.token_bytes(2)
    with socket.socket(
        socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM
    ) as sock:
        sock.setblocking(False)
        sock.connect((server, port))
        sock.send(number + _ROOT)
        while True:
            data = await asyncio.get_running_loop().sock_recv(sock, 65_535)
            if data[:2] == number:
                return data


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
