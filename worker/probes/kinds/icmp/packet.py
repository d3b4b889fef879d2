"""Echo requests and replies as bytes: RFC 792 for IPv4, RFC 4443 for IPv6. Pure."""

import struct
from typing import Final, Literal, NamedTuple

Version = Literal[4, 6]
_HEADER: Final = struct.Struct("!BBHHH")
_REQUEST: Final[dict[Version, int]] = {4: 8, 6: 128}
REPLY: Final[dict[Version, int]] = {4: 0, 6: 129}


class Reply(NamedTuple):
    """An answer to an echo request, with what the request carried."""

    sequence: int
    payload: bytes


def request(version: Version, number: int, sequence: int, payload: bytes) -> bytes:
    """An echo request. The kernel puts its own number on unprivileged sockets, and sums up over
    IPv6.
    """
    head = _HEADER.pack(_REQUEST[version], 0, 0, number, sequence)
    total = checksum(head + payload) if version == 4 else 0
    return _HEADER.pack(_REQUEST[version], 0, total, number, sequence) + payload


def reply(version: Version, data: bytes, *, below_ip: bool) -> Reply | None:
    """The echo reply that these bytes are, with an IPv4 header before it or not; None when they are
    another packet.
    """
    if not below_ip:
        data = data[(data[0] & 0x0F) * 4 :] if data else b""
    if len(data) < _HEADER.size:
        return None
    kind, _, _, _, sequence = _HEADER.unpack_from(data)
    return Reply(sequence, data[_HEADER.size :]) if kind == REPLY[version] else None


def checksum(data: bytes) -> int:
    """The Internet checksum, RFC 1071."""
    if len(data) % 2:
        data += b"\x00"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
