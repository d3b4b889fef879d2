"""The two messages of grpc.health.v1 and their frames, written and read by hand: they have one
field each. Pure.

Sources: "gRPC over HTTP/2", "GRPC Health Checking Protocol" and "Protocol Buffers: Encoding".
"""

from collections.abc import Iterator
from typing import Final

PATH: Final = "/grpc.health.v1.Health/Check"
SERVING: Final = 1
NAMES: Final = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")

_PREFIX: Final = 5
_SERVICE: Final = b"\x0a"  # field 1, a string
_STATUS: Final = 1
_VARINT, _FIXED_64, _SIZED, _FIXED_32 = 0, 1, 2, 5


def health_request(service: str) -> bytes:
    """A HealthCheckRequest in its frame."""
    name = service.encode()
    message = _SERVICE + _varint(len(name)) + name if name else b""
    return b"\x00" + len(message).to_bytes(4) + message


def health_status(body: bytes) -> int | None:
    """The status of the HealthCheckResponse in a frame, 0 when it has none; None when the bytes are
    something else.
    """
    if len(body) < _PREFIX or body[0] != 0 or len(body) < _PREFIX + int.from_bytes(body[1:_PREFIX]):
        return None
    try:
        return _status(body[_PREFIX : _PREFIX + int.from_bytes(body[1:_PREFIX])])
    except (IndexError, ValueError):
        return None


def _status(message: bytes) -> int:
    return dict(numbers(message)).get(_STATUS, 0)


def numbers(message: bytes) -> Iterator[tuple[int, int]]:
    """The varints of any message by the numbers of their fields; errors as of `fields`."""
    return ((number, value) for number, value in fields(message) if isinstance(value, int))


def inner(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The bytes of any message, which may be messages, by the numbers of their fields."""
    return ((number, value) for number, value in fields(message) if isinstance(value, bytes))


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of any message by their numbers: varints as they are, all others as bytes.
    IndexError or ValueError when it is none.
    """
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _read_varint(message, at)
            yield number, value
            continue
        if wire == _SIZED:
            size, at = _read_varint(message, at)
        elif wire in (_FIXED_64, _FIXED_32):
            size = 8 if wire == _FIXED_64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(message):
            raise ValueError("cut off")
        yield number, message[at : at + size]
        at += size


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("too long")
