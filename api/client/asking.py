"""What is asked, and what an answer means: pure, for both clients."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote

import httpx

RETRIES: Final = 3
"""So often an answer that may be asked for again is asked for again."""
_AGAIN: Final = frozenset({429, 502, 503, 504})
_PAUSE_S: Final = 0.5
_MOST_PAUSE_S: Final = 30.0


class OutscopeError(Exception):
    """Nothing came of it; the sentence says why."""


class Unreachable(OutscopeError):  # noqa: N818 - what it is, not that it is one
    """Nobody answered, or somebody else."""


class Refused(OutscopeError):  # noqa: N818 - as above
    """The API refused it: `status` of HTTP, and its stable `code`."""

    def __init__(self, sentence: str, status: int, code: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Ask:
    """A GET of a path below `/v1`, with the parameters that are given."""

    path: str
    query: Mapping[str, Any] = field(default_factory=dict)

    def params(self) -> dict[str, str]:
        """As text; what is None is left out, several values are joined by commas."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}

    def behind(self, cursor: str) -> "Ask":
        """The next page."""
        return Ask(self.path, {**self.query, "cursor": cursor})


def path(*parts: str) -> str:
    """A path below `/v1`; what stands in it is never read as a path of its own."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def is_near(url: str) -> bool:
    """Whether an API is on this very machine, where no proxy of the environment leads."""
    host = httpx.URL(url).host
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def headers_of(token: str | None) -> dict[str, str]:
    """What goes with each request."""
    return {"authorization": f"Bearer {token}"} if token else {}


def value_of(answer: httpx.Response) -> Any:
    """The document of an answer; Refused or Unreachable when it is none."""
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.status_code >= 400:
        raise refusal(answer, document)
    if document is None or "outscope-version" not in answer.headers:
        raise Unreachable(f"whatever answers at {answer.url.host} is not Outscope's API")
    return document


def refusal(answer: httpx.Response, document: Any) -> OutscopeError:
    """The error that an answer of 400 or more means."""
    told = document if isinstance(document, dict) else {}
    if "detail" not in told:
        return Unreachable(f"{answer.url.host} answered {answer.status_code}")
    sentence = f"{told.get('title', 'Refused')}: {told['detail']}"
    return Refused(sentence, answer.status_code, str(told.get("code", "")))


def pause_s(attempt: int, answer: httpx.Response | None) -> float | None:
    """How long to wait before asking again; None when that is of no use."""
    if attempt >= RETRIES or (answer is not None and answer.status_code not in _AGAIN):
        return None
    told = answer.headers.get("retry-after", "") if answer is not None else ""
    if told.isascii() and told.isdigit():
        return min(float(told[:6]), _MOST_PAUSE_S)
    return float(_PAUSE_S * 2**attempt)


def may_return(error: Exception, *, begun: bool) -> bool:
    """Whether a stream that was begun is to be asked for again after this."""
    if isinstance(error, Refused):
        return begun and error.status in _AGAIN
    return begun


def lost(error: Exception, url: str) -> OutscopeError:
    """The error of a stream that is not asked for again."""
    return (
        error if isinstance(error, OutscopeError) else Unreachable(f"no events from {url}: {error}")
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return ",".join(map(str, value))
