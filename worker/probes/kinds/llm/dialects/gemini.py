"""Google's Gemini API, `streamGenerateContent` as server-sent events.

Unnamed events with a part of the answer each; the last one gives the reason why it is the last.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from worker.probes.kinds.llm.dialects.api_error import error_in
from worker.probes.kinds.llm.dialects.dialect import (
    Dialect,
    MalformedError,
    Question,
    Telling,
    count,
    inner,
    parsed,
    text,
)


def _path(model: str) -> str:
    return f"/v1beta/models/{quote(model.removeprefix('models/'), safe='')}"


def _ask(question: Question) -> tuple[str, dict[str, Any]]:
    return f"{_path(question.model)}:streamGenerateContent?alt=sse", {
        "contents": [{"role": "user", "parts": [{"text": question.prompt}]}],
        "generationConfig": {"maxOutputTokens": question.max_tokens},
    }


def _headers(key: str) -> Mapping[str, str]:
    return {"x-goog-api-key": key}


def _models(model: str | None) -> str:
    return "/v1beta/models?pageSize=1" if model is None else _path(model)


def _read(_name: str, data: str) -> Telling:
    document = parsed(data)
    if not isinstance(document, dict):
        raise MalformedError("an event is not a JSON object")
    if (error := error_in(document)) is not None:
        return Telling(error=error)
    candidate, usage = inner(document, "candidates", 0), document.get("usageMetadata")
    finish = text(inner(candidate, "finishReason")) or text(
        inner(document, "promptFeedback", "blockReason")
    )
    return Telling(
        text=_text(inner(candidate, "content", "parts")),
        model=text(document.get("modelVersion")),
        finish=finish,
        input_tokens=count(inner(usage, "promptTokenCount")),
        output_tokens=_output(usage),
        hidden_tokens=count(inner(usage, "thoughtsTokenCount")) or 0,
    )


def _text(parts: Any) -> str:
    """The text of the parts that are no thoughts."""
    known = parts if isinstance(parts, list) else []
    shown = [part for part in known if isinstance(part, dict) and not part.get("thought")]
    return "".join(text(part.get("text")) or "" for part in shown)


def _output(usage: Any) -> int | None:
    said, thought = (
        count(inner(usage, "candidatesTokenCount")),
        count(inner(usage, "thoughtsTokenCount")),
    )
    return None if said is None and thought is None else (said or 0) + (thought or 0)


DIALECT: Final = Dialect(
    url="https://generativelanguage.googleapis.com",
    headers=_headers,
    fixed={},
    ask=_ask,
    read=_read,
    models=_models,
    finish_ends=True,
)
