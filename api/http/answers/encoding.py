"""JSON bytes, their strong ETag, and the answer to a client that may have them already."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api.http.answers.packing import plain_etag

JSON = "application/json"
BRIEFLY = "max-age=10, stale-while-revalidate=30, stale-if-error=300"
"""What many programs ask for is kept ten seconds, and longer while we cannot be reached."""


def encode(value: Any) -> bytes:
    """The value as compact JSON in UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that are ready to send, with the strong ETag of exactly these bytes."""

    body: bytes
    etag: str
    media_type: str = JSON
    keep: str = "no-cache"
    """For how long a client may use it without asking again (Cache-Control)."""


def document(value: Any) -> Document:
    """The value, encoded once for all who ask."""
    return ready(encode(value))


def ready(body: bytes, media_type: str = JSON, keep: str = "no-cache") -> Document:
    """A document of bytes that are encoded already."""
    return Document(body, f'"{blake2b(body, digest_size=12).hexdigest()}"', media_type, keep)


def weak(body: bytes, lasting: bytes, keep: str = "no-cache") -> Document:
    """A document whose weak ETag is that of the part of it that lasts (RFC 9110, 8.8.1)."""
    return Document(body, f"W/{ready(lasting).etag}", JSON, keep)


def answer(request: Request, found: Document) -> Response:
    """304 when the client holds these very bytes, else 200 with them."""
    headers = {"etag": found.etag, "cache-control": found.keep}
    if _holds(request.headers.get("if-none-match", ""), found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)


def _holds(if_none_match: str, etag: str) -> bool:
    """Whether the header names the ETag; `W/` is ignored, as RFC 9110 compares weakly here."""
    held = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(plain_etag(tag) in (etag.removeprefix("W/"), "*") for tag in held)
