"""OpenAI's Chat Completions, streamed, and what other vendors and servers make of the same format.

Unnamed events with a `chat.completion.chunk` each, and `[DONE]` at the end.
"""

from collections.abc import Mapping
from dataclasses import replace
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
    said,
    text,
)

URL: Final = "https://api.openai.com/v1"
DONE: Final = "[DONE]"


def bearer(key: str) -> Mapping[str, str]:
    """The header that carries a key."""
    return {"authorization": f"Bearer {key}"}


def models(model: str | None) -> str:
    """The path of the list of models, or of one."""
    return "/models" if model is None else f"/models/{quote(model, safe='/')}"


def _asking(limit: str) -> Any:
    def ask(question: Question) -> tuple[str, dict[str, Any]]:
        return "/chat/completions", {
            "model": question.model,
            "messages": [{"role": "user", "content": question.prompt}],
            limit: question.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    return ask


def _read(_name: str, data: str) -> Telling:
    if data == DONE:
        return Telling(end=True)
    document = parsed(data, "an event is neither JSON nor [DONE]")
    if not isinstance(document, dict):
        raise MalformedError("an event is not a JSON object")
    if (error := error_in(document)) is not None:
        return Telling(error=error)
    choice = inner(document, "choices", 0)
    return Telling(
        text=said(inner(choice, "delta", "content")),
        model=text(document.get("model")) or None,
        finish=text(inner(choice, "finish_reason")),
        input_tokens=count(inner(document, "usage", "prompt_tokens")),
        output_tokens=count(inner(document, "usage", "completion_tokens")),
        hidden_tokens=count(
            inner(document, "usage", "completion_tokens_details", "reasoning_tokens")
        )
        or 0,
    )


DIALECT: Final = Dialect(
    url=URL,
    headers=bearer,
    fixed={},
    ask=_asking("max_completion_tokens"),
    read=_read,
    models=models,
)
COMPATIBLE: Final = replace(DIALECT, url=None, ask=_asking("max_tokens"), finish_ends=True)
"""Servers that speak the same format know the older name of the limit, and some leave `[DONE]`
out.
"""
