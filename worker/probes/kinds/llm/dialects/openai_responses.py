"""OpenAI's Responses API, streamed: typed events from `response.created` to
`response.completed`.
"""

from typing import Any, Final

from worker.probes.kinds.llm.dialects.api_error import ApiError, error_in
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
from worker.probes.kinds.llm.dialects.openai_chat import URL, bearer, models

REFUSAL: Final = "refusal"


def _ask(question: Question) -> tuple[str, dict[str, Any]]:
    return "/responses", {
        "model": question.model,
        "input": question.prompt,
        "max_output_tokens": question.max_tokens,
        "stream": True,
        "store": False,
    }


def _read(_name: str, data: str) -> Telling:
    document = parsed(data)
    kind = inner(document, "type")
    if not isinstance(kind, str):
        if (told := error_in(document)) is not None:
            return Telling(error=told)
        raise MalformedError("an event has no type")
    if kind == "response.output_text.delta":
        return Telling(text=said(document.get("delta")))
    if kind == "response.refusal.delta":
        return Telling(finish=REFUSAL)
    if kind == "error":
        return Telling(error=error_in(document))
    if kind in ("response.created", "response.completed", "response.incomplete", "response.failed"):
        return _response(kind, document.get("response"))
    return NOTHING


def _response(kind: str, response: Any) -> Telling:
    model = text(inner(response, "model"))
    if kind == "response.created":
        return Telling(model=model)
    usage = inner(response, "usage")
    error = None
    if kind == "response.failed":
        error = error_in({"error": inner(response, "error")}) or ApiError(("failed",), status=500)
    return Telling(
        model=model,
        finish=text(inner(response, "incomplete_details", "reason"))
        or kind.removeprefix("response."),
        input_tokens=count(inner(usage, "input_tokens")),
        output_tokens=count(inner(usage, "output_tokens")),
        hidden_tokens=count(inner(usage, "output_tokens_details", "reasoning_tokens")) or 0,
        error=error,
        end=True,
    )


DIALECT: Final = Dialect(url=URL, headers=bearer, fixed={}, ask=_ask, read=_read, models=models)
