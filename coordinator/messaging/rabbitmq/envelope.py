"""One message of a RabbitMQ server: bytes and headers that anybody with a key may have written.

Bounded as they come in. What the client would follow too far is cut off before it reads it.
"""

import sys
from collections.abc import Callable
from typing import Any, Final

from amqp.basic_message import Message
from amqp.method_framing import frame_handler

from coordinator.messaging.envelope import (
    HEADERS,
    MOST_HEADERS,
    MOST_MESSAGE,
    Delivery,
    Refused,
    too_long,
)
from coordinator.messaging.sources import Source

Frame = tuple[int, int, Any]
_HEADER: Final = 2
"""The kind of a frame that holds headers."""
_FIXED: Final = 12
"""Bytes of it before the first header."""


def bounded_frames(connection: Any, callback: Any) -> Callable[[Frame], bool]:
    """What the client reads frames by, except that headers which are too long, or no headers, are
    read as none: a message without them is refused later, and the link goes on.
    """
    inner: Callable[[Frame], bool] = frame_handler(connection, callback)

    def on_frame(frame: Frame) -> bool:
        kind, channel, text = frame
        if kind != _HEADER:
            return inner(frame)
        if len(text) <= MOST_HEADERS:
            try:
                return inner(frame)
            except Exception:  # noqa: S110 - whatever somebody wrote there
                pass
        return inner((kind, channel, bytes(text[:_FIXED]) + b"\0\0"))

    return on_frame


def opened(source: Source, message: Message, at_s: float) -> Delivery | Refused:
    """What a message is, whatever its bytes are."""
    body = message.body
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = bytes(body)
    if len(body) > MOST_MESSAGE:
        return too_long(source.region, len(body))
    wrong = _wrong(message)
    if wrong is not None:
        return Refused(source.region, *wrong, body)
    headers = message.properties.get("application_headers") or {}
    return Delivery(source.region, headers.get("task", ""), body, at_s, source.worker)


def _wrong(message: Message) -> tuple[str, str] | None:
    told = message.properties
    kind = told.get("content_type"), told.get("content_encoding")
    if kind != ("application/json", "utf-8"):
        return "foreign_content", f"{str(kind[0])[:40]!r} in {str(kind[1])[:40]!r}"
    headers = told.get("application_headers") or {}
    foreign = headers.keys() - HEADERS
    if foreign:
        return "foreign_header", f"{min(foreign)[:40]!r}"
    task = headers.get("task", "")
    if not isinstance(task, str) or len(task) > MOST_TASK:
        return "unreadable_message", "its task is no text"
    return None


MOST_TASK: Final = 200


def size_of(message: Message) -> int:
    """Bytes of a message, as far as they are kept."""
    return len(message.body) + sys.getsizeof(message.properties)
