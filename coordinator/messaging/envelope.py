"""One message as it lies at the broker: bytes that anybody with a region's credential may have
written.

Bounded before it is parsed, and parsed here. A library that follows what headers say would unpack
two kilobytes into gigabytes because a sender asked it to.
"""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Final

import msgspec

MOST_MESSAGE: Final = 12 << 20
"""Bytes of a message at the broker: the largest report that a worker can make, in base64."""
MOST_HEADERS: Final = 8_192
MOST_NESTED: Final = 64
"""Lists and objects in the headers of a message; Celery writes two."""

HEADERS: Final = frozenset(
    {
        *("lang", "task", "id", "shadow", "eta", "expires", "group", "group_index", "retries"),
        *("timelimit", "root_id", "parent_id", "argsrepr", "kwargsrepr", "origin"),
        *("ignore_result", "replaced_task_nesting", "stamped_headers", "stamps"),
    }
)
"""What Celery's protocol writes. `compression` is not among them: nobody here compresses."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it arrived: the queue's region, the Celery task that it names, and its
    undecoded body. `worker` is the one whose queue it was, empty where several share it.
    """

    region: str
    task: str
    body: bytes
    arrived_s: float
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that is no delivery: by which reason, in a few words why, and the message itself
    unless it was too long to be read.
    """

    region: str
    reason: str
    why: str
    message: bytes = b""


class _RefusedError(ValueError):
    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """What kombu writes into a Redis list."""

    body: str
    headers: msgspec.Raw
    properties: msgspec.Raw
    content_type: str = msgspec.field(name="content-type")
    content_encoding: str = msgspec.field(name="content-encoding")


class _Properties(msgspec.Struct):
    body_encoding: str | None = None


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_PROPERTIES: Final = msgspec.json.Decoder(_Properties)
_ANY_HEADERS: Final = msgspec.json.Decoder(dict[str, Any])


def opened(region: str, message: bytes, at_s: float, worker: str = "") -> Delivery | Refused:
    """What a message is, whatever its bytes are."""
    if not message.startswith(b"{"):  # most junk ends here
        return Refused(region, "unreadable_message", "it is no JSON object", message)
    try:
        return _delivery(region, message, at_s, worker)
    except _RefusedError as error:
        return Refused(region, error.reason, str(error), message)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return Refused(region, "unreadable_message", f"{error}"[:200], message)


def too_long(region: str, length: int) -> Refused:
    """What a message is that was not read, because of its length or of all that came with it."""
    if length > MOST_MESSAGE:
        return Refused(region, "too_large", f"{length} bytes")
    return Refused(region, "too_much_at_once", f"{length} bytes after many others")


def _delivery(region: str, message: bytes, at_s: float, worker: str) -> Delivery:
    envelope = _ENVELOPE.decode(message)
    if (envelope.content_type, envelope.content_encoding) != ("application/json", "utf-8"):
        told = f"{envelope.content_type[:40]!r} in {envelope.content_encoding[:40]!r}"
        raise _RefusedError("foreign_content", told)
    return Delivery(region, _task(envelope.headers), _body(envelope), at_s, worker)


def _task(raw: msgspec.Raw) -> str:
    headers = _ANY_HEADERS.decode(_bounded(raw))
    foreign = headers.keys() - HEADERS
    if foreign:
        raise _RefusedError("foreign_header", f"{min(foreign)[:40]!r}")
    task = headers.get("task", "")
    if not isinstance(task, str):
        raise _RefusedError("unreadable_message", "its task is no text")
    task.encode()  # half a character is no name
    return task


def _body(envelope: _Envelope) -> bytes:
    encoding = _PROPERTIES.decode(_bounded(envelope.properties)).body_encoding
    if encoding == "base64":
        return b64decode(envelope.body, validate=True)
    if encoding is not None:
        raise _RefusedError("foreign_content", f"a body in {encoding[:40]!r}")
    return envelope.body.encode()


def _bounded(raw: msgspec.Raw) -> bytes:
    """The JSON of headers or properties; neither long nor deep, counted without following it."""
    text = bytes(raw)
    if len(text) > MOST_HEADERS:
        raise _RefusedError("too_large", f"{len(text)} bytes of headers")
    if text.count(b"[") + text.count(b"{") > MOST_NESTED:
        raise _RefusedError("too_deep", "headers in headers")
    return text
