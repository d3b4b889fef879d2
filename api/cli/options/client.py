"""Asks the HTTP API, with what Python brings along: documents, pages and streams."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from api.cli.options.credentials import authorization, without_credentials
from api.cli.options.locations import data_dir
from coordinator.access.local_file import read as read_token
from worker.contract.installed import VERSION_HEADER
from worker.contract.settings.address import AddressError, address, is_loopback

_CHUNK = 1 << 16
_BUSY = 429
_NO_TOKEN = 401
_LOCKED = (401, 403, 407)
_GATEWAY = (502, 503, 504)
_UNTOLD_S = 5.0
_LONGEST_S = 60.0

Query = Mapping[str, str | int | bool | None]
"""Parameters of a request; those that are None are left out."""


class UnreachableError(Exception):
    """No server of ours answered there, or it could not serve; the sentence says what to do."""


class RefusedError(Exception):
    """The server understood and refused: what was asked is wrong. `code` is stable and says how,
    `parameter` is the first that has a wrong value.
    """

    def __init__(self, sentence: str, code: str = "", parameter: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.parameter = parameter


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
    token: str | None = field(default=None, repr=False)

    def document(self, *path: str, query: Query | None = None) -> bytes:
        """The exact JSON document at a path."""
        with self._open(path, query) as answer:
            return b"".join(self._parts(answer))

    def get(self, *path: str, query: Query | None = None) -> Any:
        """The value of the document at a path."""
        return self.value(self.document(*path, query=query))

    def post(self, *path: str, body: Mapping[str, Any]) -> bytes:
        """The exact JSON document that a path answers to a JSON body. A repeat of it is known for
        one.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        with self._open(path, None, json.dumps(body).encode(), headers) as answer:
            return b"".join(self._parts(answer))

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
                f"{self._shown} broke off in the middle of its answer ({error!r}); try again"
            ) from None

    def _open(
        self,
        path: tuple[str, ...],
        query: Query | None,
        body: bytes | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> HTTPResponse:
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        base = without_credentials(self.url).rstrip("/")
        address = "/".join([base, "v1", *(quote(part, safe="") for part in path)])
        asked = f"{address}?{urlencode(given)}" if given else address
        request = Request(asked, body, dict(headers))  # noqa: S310 - http(s) by `checked`
        try:
            if (who := authorization(self.url, self._told)) is not None:
                # for this server alone, wherever it redirects to
                request.add_unredirected_header("Authorization", who)
            answer: HTTPResponse = self._let_in(request)
        except AddressError as error:
            raise RefusedError(str(error)) from None
        except HTTPError as error:
            with error:
                raise self._problem(error) from None
        except (OSError, HTTPException) as error:
            raise UnreachableError(
                f"No answer from {self._shown} ({_cause(error)}). Is Outscope running there? Start"
                " it with `outscope up`, or name another address with --url or OUTSCOPE_URL."
            ) from None
        if VERSION_HEADER not in answer.headers:
            answer.close()
            raise self._stranger()
        return answer

    def _let_in(self, request: Request) -> HTTPResponse:
        """The answer; where the API of this machine asks who we are, by the token that `outscope
        up` keeps in the data folder.
        """
        try:
            return self._asked(request)
        except HTTPError as error:
            token = None
            known = "Authorization" in request.unredirected_hdrs
            if error.code == _NO_TOKEN and self._is_near and not known:
                token = read_token(data_dir(_given_data()))
            if token is None:
                raise
            error.close()
        request.add_unredirected_header("Authorization", f"Bearer {token}")
        return self._asked(request)

    def _asked(self, request: Request) -> HTTPResponse:
        """The answer, through the proxies that the environment names, but to this machine."""
        opener = build_opener(*([ProxyHandler({})] if self._is_near else []))
        answer: HTTPResponse = opener.open(request, timeout=self.timeout_s)
        return answer

    def _problem(self, error: HTTPError) -> Exception:
        try:
            problem = json.loads(error.read())
            sentence = f"{problem['title']}: {problem['detail']}"
        except (ValueError, KeyError, TypeError, OSError, HTTPException, RecursionError):
            return self._not_ours(error.code)
        code = str(problem.get("code", ""))
        if error.code == _BUSY:
            return BusyError(sentence, code, _seconds(error.headers.get("retry-after")))
        if error.code < 500:
            return RefusedError(sentence, code, _first_mistake(problem))
        return UnreachableError(f"{self._shown}: {sentence}")

    @property
    def _told(self) -> Mapping[str, str]:
        return {**os.environ, "OUTSCOPE_TOKEN": self.token} if self.token else os.environ

    @property
    def _is_near(self) -> bool:
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def _shown(self) -> str:
        return without_credentials(self.url)

    def _not_ours(self, status: int) -> Exception:
        """Somebody in front of the API answered, or somebody else altogether."""
        if status in _LOCKED:
            return RefusedError(
                f"{self._shown} lets in only whom it knows ({status}). Give a user and a password,"
                " or a token, in OUTSCOPE_AUTH_FILE, OUTSCOPE_AUTH or ~/.netrc"
            )
        if status in _GATEWAY:
            return UnreachableError(
                f"{self._shown} answers {status}: a proxy that does not reach the API behind it"
            )
        return self._stranger()

    def _stranger(self) -> UnreachableError:
        return UnreachableError(
            f"Whatever answers at {self._shown} is not Outscope's API; name the right --url"
        )


def checked(url: str) -> str:
    """The URL itself; ValueError, which repeats nothing of it, when it is not one of a server."""
    wrong = "is not a web address such as http://127.0.0.1:8000; a password in it is written with"
    try:
        return address(url, ("http", "https"))
    except AddressError:
        raise ValueError(f"{wrong} %2F for / and so on") from None


def _first_mistake(problem: Mapping[str, Any]) -> str:
    """The parameter that a problem names first; empty when it names none."""
    try:
        return str(problem["errors"][0]["parameter"])
    except (LookupError, TypeError):
        return ""


def _given_data() -> Path | None:
    given = os.environ.get("OUTSCOPE_DATA")
    return Path(given) if given else None


def _seconds(told: str | None) -> float:
    """What Retry-After tells, within reason; a few seconds when it tells a date or nothing."""
    known = told is not None and told.isascii() and told.isdigit()
    return min(_LONGEST_S, max(1.0, float(told or 0))) if known else _UNTOLD_S


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cause(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
