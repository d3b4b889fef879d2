"""Asks the HTTP API, with what Python brings along: documents, pages and streams."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

_CHUNK = 1 << 16
_BUSY = 429
_UNTOLD_S = 5.0
_LONGEST_S = 60.0

Query = Mapping[str, str | int | bool | None]
"""Parameters of a request; those that are None are left out."""


class UnreachableError(Exception):
    """No server of ours answered there, or it could not serve; the sentence says what to do."""


class RefusedError(Exception):
    """The server understood and refused: what was asked is wrong. `code` is stable and says how."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class BusyError(RefusedError):
    """The server has no room for it now; it may be asked again after so many seconds."""

    def __init__(self, sentence: str, code: str, retry_after_s: float) -> None:
        super().__init__(sentence, code)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Client:
    """One API at a base URL."""

    url: str
    timeout_s: float = 30.0

    def document(self, *path: str, query: Query | None = None) -> bytes:
        """The exact JSON document at a path."""
        with self._open(path, query) as answer:
            return b"".join(self._parts(answer))

    def get(self, *path: str, query: Query | None = None) -> Any:
        """The value of the document at a path."""
        return self.value(self.document(*path, query=query))

    def value(self, document: bytes) -> Any:
        """The value of a document that came from here."""
        try:
            return json.loads(document)
        except ValueError:
            raise self._stranger() from None

    def stream(self, *path: str, query: Query | None = None) -> tuple[Iterator[bytes], Message]:
        """The bytes at a path as they come, and the headers; UnreachableError when they end too
        early.
        """
        answer = self._open(path, query)
        return self._closing(answer), answer.headers

    def _closing(self, answer: HTTPResponse) -> Iterator[bytes]:
        with answer:
            yield from self._parts(answer)

    def _parts(self, answer: HTTPResponse) -> Iterator[bytes]:
        try:
            while part := answer.read(_CHUNK):
                yield part
        except (OSError, HTTPException) as error:
            raise UnreachableError(
                f"{self.url} broke off in the middle of its answer ({error!r}); try again"
            ) from None

    def _open(self, path: tuple[str, ...], query: Query | None) -> HTTPResponse:
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        address = "/".join([self.url.rstrip("/"), "v1", *(quote(part, safe="") for part in path)])
        request = Request(f"{address}?{urlencode(given)}" if given else address)  # noqa: S310 - http(s) by `checked`
        try:
            answer: HTTPResponse = urlopen(request, timeout=self.timeout_s)  # noqa: S310 - as above
        except HTTPError as error:
            with error:
                raise self._problem(error) from None
        except (OSError, HTTPException) as error:
            raise UnreachableError(
                f"No answer from {self.url} ({_cause(error)}). Is Outscope running there? Start it"
                " with `outscope up`, or name another address with --url or OUTSCOPE_URL."
            ) from None
        return answer

    def _problem(self, error: HTTPError) -> Exception:
        try:
            problem = json.loads(error.read())
            sentence = f"{problem['title']}: {problem['detail']}"
        except (ValueError, KeyError, TypeError, OSError, HTTPException):
            return self._stranger()
        code = str(problem.get("code", ""))
        if error.code == _BUSY:
            return BusyError(sentence, code, _seconds(error.headers.get("retry-after")))
        if error.code < 500:
            return RefusedError(sentence, code)
        return UnreachableError(f"{self.url}: {sentence}")

    def _stranger(self) -> UnreachableError:
        return UnreachableError(
            f"Whatever answers at {self.url} is not Outscope's API; name the right --url"
        )


def checked(url: str) -> str:
    """The URL itself; ValueError when it is not one of an HTTP server."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not a web address such as http://127.0.0.1:8000")
    return url


def _seconds(told: str | None) -> float:
    """What Retry-After tells, within reason; a few seconds when it tells a date or nothing."""
    known = told is not None and told.isascii() and told.isdigit()
    return min(_LONGEST_S, max(1.0, float(told or 0))) if known else _UNTOLD_S


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cause(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
