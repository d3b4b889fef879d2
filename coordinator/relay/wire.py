"""Messages between HTTP and the broker: Celery's envelope of a report is put on, that of an order
is taken off.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec

from coordinator.relay.refusals import malformed, too_large
from worker.contract.http.relaying import MOST_REPORTS
from worker.contract.message import TASK_REPORT

MOST_LINES: Final = 1_000
"""Reports of one request."""
_GZIP: Final = 31
_EMBED: Final = b'{"callbacks":null,"errbacks":null,"chain":null,"chord":null}'
_ANY: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SAID: Final = msgspec.json.Decoder(list[msgspec.Raw])


class _Headers(msgspec.Struct):
    task: str
    expires: str | None = None


class _Envelope(msgspec.Struct):
    body: str
    headers: _Headers


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)


def reports_in(body: bytes, coding: str) -> list[bytes]:
    """The reports of a request, each as its JSON; RelayError for what is none, or too long."""
    text = _unpacked(body) if coding == "gzip" else body
    if coding not in ("", "identity", "gzip"):
        raise malformed(f"reports come plain or in gzip, and not in {coding[:20]!r}")
    if len(text) > MOST_REPORTS:
        raise _long()
    lines = text.split(b"\n", MOST_LINES + 1)
    reports = [line for line in lines if line]
    if len(reports) > MOST_LINES:
        raise malformed(f"one request carries at most {MOST_LINES} reports")
    for number, line in enumerate(reports, 1):
        _check(number, line)
    return reports


def enveloped(report: bytes, queue: str, user: str) -> bytes:
    """A report as Celery writes it into a queue."""
    message_id = uuid4().hex
    body = b"[[" + report + b"],{}," + _EMBED + b"]"
    headers = {
        "lang": "py",
        "task": TASK_REPORT,
        "id": message_id,
        "root_id": message_id,
        "argsrepr": "",
        "kwargsrepr": "",
        "origin": user,
        "retries": 0,
        "ignore_result": True,
    }
    properties = {
        "correlation_id": message_id,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": queue},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": message_id,
    }
    return msgspec.json.encode(
        {
            "body": b64encode(body).decode("ascii"),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers,
            "properties": properties,
        }
    )


def told(batch: str, messages: Sequence[bytes]) -> bytes:
    """The answer that carries messages of the broker; those that are none of Celery's are left
    out, as Celery leaves them.
    """
    found = [one for message in messages if (one := _opened(message)) is not None]
    return msgspec.json.encode({"batch": batch, "messages": found})


def _opened(message: bytes) -> dict[str, Any] | None:
    try:
        envelope = _ENVELOPE.decode(message)
        said = _SAID.decode(b64decode(envelope.body, validate=True))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return {"task": envelope.headers.task, "expires": envelope.headers.expires, "said": said}


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        text = unpacking.decompress(body, MOST_REPORTS + 1)
    except zlib.error:
        raise malformed("what is told to be gzip is none") from None
    if len(text) > MOST_REPORTS:
        raise _long()
    if not unpacking.eof or unpacking.unused_data:
        raise malformed("what is told to be gzip is cut off, or goes on after its end")
    return text


def _check(number: int, line: bytes) -> None:
    try:
        _ANY.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise malformed(f"line {number} is no report: each line is one JSON object") from None


def _long() -> Exception:
    return too_large(f"the reports of one request have at most {MOST_REPORTS} bytes, unpacked")
