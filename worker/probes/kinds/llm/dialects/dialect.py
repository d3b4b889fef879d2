"""What the APIs have in common: a question, what an event of the answer tells, and how one vendor's
API is spoken.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from worker.probes.kinds.llm.dialects.api_error import ApiError


class MalformedError(ValueError):
    """The API says what its own documentation does not allow; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask which model, and how long the answer may be."""

    model: str
    prompt: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Telling:
    """What one event tells. Token counts are totals so far; None means that nothing is said of
    them.
    """

    text: str = ""
    model: str | None = None
    finish: str | None = None
    """The vendor's own word for why the model stopped."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    """Tokens that are paid for, hidden thoughts included."""
    hidden_tokens: int = 0
    """Of these, the ones that nobody gets to see."""
    error: ApiError | None = None
    end: bool = False
    """Whether nothing may follow."""


NOTHING = Telling()
_TEXTS: Final = frozenset({"text", "output_text", "text_delta", "None"})
"""Types of parts that are text, or have no type; thoughts and tool calls have others."""
_ABSURD: Final = 10**9
"""No answer has so many tokens."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one vendor's API is spoken. Paths follow the base address as the vendor's own client
    libraries take it.
    """

    url: str | None
    """The vendor's own base address; None when everybody may speak it."""
    headers: Callable[[str], Mapping[str, str]]
    """The headers that carry a key."""
    fixed: Mapping[str, str]
    """Headers that every request carries."""
    ask: Callable[[Question], tuple[str, dict[str, Any]]]
    """Path and JSON body of a question whose answer is streamed."""
    read: Callable[[str, str], Telling]
    """What an event of this name with this data tells; MalformedError when it makes no sense."""
    models: Callable[[str | None], str]
    """Path of the list of models, or of one of them."""
    finish_ends: bool = False
    """Whether a stream is whole once the model said why it stopped, without a last event that says
    so.
    """


def parsed(data: str, complaint: str = "an event is not JSON") -> Any:
    """The JSON document that an event holds; MalformedError with the complaint when it holds
    none.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedError(complaint) from error


def count(value: Any) -> int | None:
    """A number of tokens, when that is what it is."""
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _ABSURD
        else None
    )


def text(value: Any) -> str | None:
    """Text, when that is what it is."""
    return value if isinstance(value, str) else None


def said(value: Any) -> str:
    """What the model says in a content: text, or a list of parts of which some are text."""
    return "".join(map(_part, value if isinstance(value, list) else [value]))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    kind = inner(part, "type")
    return text(inner(part, "text")) or "" if str(kind) in _TEXTS else ""


def inner(document: Any, *path: str | int) -> Any:
    """What stands at a path inside a JSON document; None when nothing does."""
    for part in path:
        if isinstance(document, dict) and isinstance(part, str):
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            return None
    return document
