"""Anthropic's Messages API, streamed: named events from `message_start` to `message_stop`."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from worker.probes.kinds.llm.dialects.api_error import error_in
from worker.probes.kinds.llm.dialects.dialect import (
    NOTHING,
    Dialect,
    MalformedError,
    Question,
    Telling,
    count,
    inner,
    parsed,
    said,
    text,
)

VERSION: Final = "2023-06-01"
"""Of the wire format; the vendor promises to keep it."""
_INPUT: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def _ask(question: Question) -> tuple[str, dict[str, Any]]:
    messages = [{"role": "user", "content": question.prompt}]
    body = {
        "model": question.model,
        "max_tokens": question.max_tokens,
        "stream": True,
        "messages": messages,
    }
    return "/v1/messages", body


def _headers(key: str) -> Mapping[str, str]:
    return {"x-api-key": key}


def _models(model: str | None) -> str:
    return "/v1/models?limit=1" if model is None else f"/v1/models/{quote(model, safe='')}"


def _read(_name: str, data: str) -> Telling:
    document = parsed(data)
    kind = inner(document, "type")
    if not isinstance(kind, str):
        raise MalformedError("an event has no type")
    told = _EVENTS.get(kind)
    return NOTHING if told is None else told(document)  # `ping`, and whatever the vendor may add


def _start(document: Any) -> Telling:
    usage = inner(document, "message", "usage")
    counts = [counted for name in _INPUT if (counted := count(inner(usage, name))) is not None]
    return Telling(
        model=text(inner(document, "message", "model")),
        input_tokens=sum(counts) if counts else None,
    )


def _delta(document: Any) -> Telling:
    # thoughts and tool calls have other fields
    return Telling(text=said(inner(document, "delta", "text")))


def _last(document: Any) -> Telling:
    return Telling(
        finish=text(inner(document, "delta", "stop_reason")),
        output_tokens=count(inner(document, "usage", "output_tokens")),
    )


def _stop(_document: Any) -> Telling:
    return Telling(end=True)


def _error(document: Any) -> Telling:
    return Telling(error=error_in(document))


_EVENTS: Final = {
    "message_start": _start,
    "content_block_delta": _delta,
    "message_delta": _last,
    "message_stop": _stop,
    "error": _error,
}

DIALECT: Final = Dialect(
    url="https://api.anthropic.com",
    headers=_headers,
    fixed={"anthropic-version": VERSION},
    ask=_ask,
    read=_read,
    models=_models,
)
