"""How long a gRPC server wants to be left alone, in its own words. Pure.

Sources: google.rpc's `Status` and `RetryInfo`, which go as `grpc-status-details-bin`, and gRPC's
retry design, "Pushback". Field numbers are those of the messages' own documents.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Final

from worker.probes.kinds.grpc.message import inner, numbers

_RETRY_INFO: Final = b"/google.rpc.RetryInfo"
_NEGATIVE: Final = 1 << 63
"""From here on a varint stands for a negative number."""
_DETAILS, _TYPE, _VALUE, _DELAY, _SECONDS, _NANOS = 3, 1, 2, 1, 1, 2


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The wait in seconds that an answer's headers or trailers name, never negative; None when they
    name none.
    """
    pushback = headers.get("grpc-retry-pushback-ms", "").rpartition(",")[2].strip()
    if pushback.isascii() and pushback.isdecimal() and len(pushback) < 10:
        return int(pushback) / 1000
    text = headers.get("grpc-status-details-bin", "").rpartition(",")[2].strip()
    try:
        status = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
        return next(_delays(status), None)
    except (binascii.Error, IndexError, ValueError):
        return None


def _delays(status: bytes) -> Iterator[float]:
    for number, detail in inner(status):
        info = dict(inner(detail)) if number == _DETAILS else {}
        if info.get(_TYPE, b"").endswith(_RETRY_INFO):
            yield _seconds(dict(inner(info.get(_VALUE, b""))).get(_DELAY, b""))


def _seconds(duration: bytes) -> float:
    parts = dict(numbers(duration))
    seconds, nanos = parts.get(_SECONDS, 0), parts.get(_NANOS, 0)
    return round(seconds + nanos / 1e9, 3) if max(seconds, nanos) < _NEGATIVE else 0.0
