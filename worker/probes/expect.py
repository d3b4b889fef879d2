"""What an HTTP answer must be like, and what it means when it is not. Pure."""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, field_validator

from worker.contract.kind import Params
from worker.contract.outcome import Blame, Reason

SHOWN: Final = 80
"""Characters of a target's answer that a sentence may show."""

StatusCode = Annotated[int, Field(ge=100, le=599)]
StatusClass = Annotated[str, Field(pattern=r"^[1-5]xx$")]

_OURS: Final = {
    401: (Reason.UNAUTHORIZED, "the target wants other credentials than ours"),
    403: (Reason.BLOCKED, "the target does not let this prober in"),
    407: (Reason.UNAUTHORIZED, "a proxy wants credentials"),
    429: (Reason.RATE_LIMITED, "the target limits how often this prober may ask"),
}
"""Answers that say something about us and nothing about the target's health, unless they are expected."""

Fault = tuple[Reason, Blame, str]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class Expect(Params):
    """What the answer must be like; everything that is given must hold."""

    status: Annotated[tuple[StatusCode | StatusClass, ...] | None, BeforeValidator(lambda v: v and _as_list(v))] = (
        Field(
            default=None,
            description="Accepted status codes, such as [200, 401] or 2xx. Default: 2xx, and 3xx when redirects "
            "are not followed.",
        )
    )
    headers: Mapping[str, str] = Field(
        default={}, description="Header name to a regular expression that must be found in its value."
    )
    body: str | None = Field(default=None, description="Text that the body must contain.")
    not_body: str | None = Field(default=None, description="Text that the body must not contain.")
    body_regex: str | None = Field(default=None, description="Regular expression that must be found in the body.")
    json_path: Mapping[str, Any] = Field(
        default={}, description="Dotted path into a JSON body, such as status.indicator or items.0.id, to its value."
    )

    @field_validator("body_regex")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            _compiled(value)
        return value

    @field_validator("headers")
    @classmethod
    def _all_compile(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for pattern in value.values():
            _compiled(pattern)
        return value

    @cached_property
    def codes(self) -> frozenset[int] | None:
        """Every accepted status code; None when `status` was not given."""
        if self.status is None:
            return None
        return frozenset(code for item in self.status for code in _codes(item))

    @cached_property
    def reads_body(self) -> bool:
        """Whether the body decides."""
        return not (self.body is None and self.not_body is None and self.body_regex is None and not self.json_path)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """`body_regex`, compiled."""
        return None if self.body_regex is None else re.compile(self.body_regex)


_WELL: Final = frozenset(range(200, 300))
_WELL_OR_ELSEWHERE: Final = frozenset(range(200, 400))


def status_fault(expect: Expect, status: int, *, follows: bool) -> Fault | None:
    """What is wrong with a status code; None when it is expected."""
    codes = expect.codes
    if codes is None:
        codes = _WELL if follows else _WELL_OR_ELSEWHERE
    if status in codes:
        return None
    if status in _OURS:
        reason, meaning = _OURS[status]
        return reason, Blame.PROBER, f"status {status}: {meaning}"
    if follows and 300 <= status < 400 and expect.codes is None:
        return Reason.STATUS, Blame.TARGET, f"status {status}: redirected more often than allowed"
    return Reason.STATUS, Blame.TARGET, f"status {status} was not expected"


def header_fault(expect: Expect, headers: Mapping[str, str]) -> Fault | None:
    """What is wrong with the headers, whose names are lower case; None when nothing is."""
    for name, pattern in expect.headers.items():
        value = headers.get(name.lower())
        if value is None:
            return Reason.CONTENT, Blame.TARGET, f"the header {name} is missing"
        if re.search(pattern, value) is None:
            return Reason.CONTENT, Blame.TARGET, f"the header {name} does not match {_shown(pattern)}"
    return None


def body_fault(expect: Expect, body: bytes, *, cut: bool) -> Fault | None:
    """What is wrong with the body; None when nothing is. `cut`: reading stopped at the limit."""
    text = body.decode("utf-8", "replace")
    wrong = _text_fault(expect, text)
    if wrong is None and expect.json_path:
        wrong = _json_fault(expect.json_path, text)
    if wrong is None:
        return None
    return Reason.CONTENT, Blame.TARGET, f"{wrong} (only the first {len(body)} bytes were read)" if cut else wrong


def _text_fault(expect: Expect, text: str) -> str | None:
    if expect.body is not None and expect.body not in text:
        return f"the body lacks {_shown(expect.body)}"
    if expect.not_body is not None and expect.not_body in text:
        return f"the body contains {_shown(expect.not_body)}"
    if expect.pattern is not None and expect.pattern.search(text) is None:
        return f"the body does not match {_shown(expect.pattern.pattern)}"
    return None


def _json_fault(wanted: Mapping[str, Any], text: str) -> str | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "the body is not JSON"
    for path, value in wanted.items():
        found, actual = _at(document, path)
        if not found:
            return f"the JSON body has no {path}"
        if actual != value or isinstance(actual, bool) is not isinstance(value, bool):
            return f"{path} is {_shown(actual)}, not {_shown(value)}"
    return None


def _at(document: Any, path: str) -> tuple[bool, Any]:
    for part in path.split("."):
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return False, None
    return True, document


def _codes(item: int | str) -> range:
    return range(item, item + 1) if isinstance(item, int) else range(int(item[0]) * 100, int(item[0]) * 100 + 100)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
