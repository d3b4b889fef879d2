"""Every error of the API, in one table: stable code, HTTP status, title. Answers are RFC 9457
problem details.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from api.http.answers.encoding import encode
from api.http.answers.headers import HEADERS
from coordinator.store import TROUBLE

log = logging.getLogger(f"outscope.{__name__}")

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table."""

    status: int
    title: str


PROBLEMS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "no_token": Entry(401, "Who asks must say who it is"),
        "bad_token": Entry(401, "This token is not good"),
        "scope_missing": Entry(403, "This token is not for that"),
        "not_our_page": Entry(403, "No page of ours asks for that"),
        "not_signed_in": Entry(403, "Nobody can be signed in by that"),
        "bad_cursor": Entry(400, "The cursor is not one that this API gave out"),
        "not_found": Entry(404, "There is nothing at this address"),
        "unknown_service": Entry(404, "No such service is configured"),
        "unknown_incident": Entry(404, "No such incident"),
        "unknown_access_token": Entry(404, "There is no such token"),
        "unknown_invitation": Entry(404, "There is no such invitation"),
        "not_joined": Entry(404, "No such worker has joined"),
        "unknown_dead_letter": Entry(404, "Nothing of that id is set aside"),
        "cannot_retry": Entry(409, "It cannot be read again"),
        "not_given_up": Entry(404, "No such message was given up"),
        "still_works": Entry(409, "The worker may still work"),
        "unknown_looks": Entry(404, "Nobody asked for such looks lately"),
        "unknown_vendor": Entry(404, "Nothing reads what this vendor says"),
        "no_verdict": Entry(404, "Nothing was said of the service at that time"),
        "method_not_allowed": Entry(405, "This address does not answer to that method"),
        "unknown_token": Entry(403, "This token is not known here"),
        "token_used": Entry(403, "This token was used"),
        "token_expired": Entry(403, "This token is good no more"),
        "wrong_address": Entry(403, "This token is not good from that address"),
        "key_refused": Entry(403, "This key of a worker is not good here"),
        "unknown_version": Entry(404, "There is no such version of the configuration"),
        "not_configured": Entry(404, "No such thing is configured"),
        "not_announced": Entry(404, "No operator announced that"),
        "cannot_announce": Entry(409, "That cannot be announced"),
        "managed_elsewhere": Entry(409, "That is of a file, or of the API, and not of who asks"),
        "changed_meanwhile": Entry(412, "Somebody else changed it meanwhile"),
        "invalid_configuration": Entry(422, "The configuration cannot be used"),
        "name_taken": Entry(409, "There is a worker of that name"),
        "too_many_tokens": Entry(409, "There are as many tokens as may be"),
        "too_many_workers": Entry(409, "The region has as many workers as may"),
        "unknown_region": Entry(409, "The region is not configured any more"),
        "unknown_worker": Entry(409, "The worker was revoked or removed"),
        "clock_off": Entry(409, "The clock of that machine is off"),
        "broker_elsewhere": Entry(409, "The broker cannot be reached from there"),
        "too_large": Entry(413, "The request is too long"),
        "unknown_host": Entry(421, "This API does not answer to that name"),
        "invalid_parameter": Entry(422, "A parameter is not valid"),
        "key_reused": Entry(422, "That key is of another request"),
        "too_many_looks": Entry(429, "No more looks at once"),
        "too_many_requests": Entry(429, "This caller asks more than its share"),
        "too_many_listeners": Entry(429, "No more clients can follow events here"),
        "too_many_exports": Entry(429, "No more exports at once"),
        "too_many_replays": Entry(429, "No more replays at once"),
        "too_many_attempts": Entry(429, "Too many attempts from that address"),
        "too_fast": Entry(429, "This worker sends more than its share"),
        "bad_request": Entry(400, "The request cannot be understood"),
        "internal": Entry(500, "Something went wrong on our side"),
        "provider_away": Entry(503, "The sign-in provider cannot be reached at the moment"),
        "broker_away": Entry(503, "The broker cannot be reached at the moment"),
        "broker_full": Entry(503, "The broker has no room at the moment"),
        "cannot_relay": Entry(503, "This relay cannot let anybody in at the moment"),
        "cannot_join": Entry(503, "Workers cannot be let in at the moment"),
        "not_ready": Entry(503, "This process cannot serve true answers at the moment"),
        "store_unavailable": Entry(503, "The store cannot be read at the moment"),
    }
)
"""Codes never change their meaning; new ones may appear."""

_BY_STATUS: Final = {
    404: "not_found",
    405: "method_not_allowed",
    422: "invalid_parameter",
    503: "store_unavailable",
}


class ProblemError(Exception):
    """A request that gets a problem for an answer. `code` is a key of PROBLEMS; `members` are added
    to the answer, and so are `headers`.
    """

    def __init__(self, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.headers: Mapping[str, str] = {}
        self.code = code
        self.detail = detail
        self.members = members


class BusyError(ProblemError):
    """A request that may be repeated after so many seconds."""

    def __init__(self, code: str, detail: str, retry_after_s: int) -> None:
        super().__init__(code, detail)
        self.headers = {"retry-after": str(retry_after_s)}


def invalid(parameter: str, message: str) -> ProblemError:
    """The problem of one query parameter with a wrong value."""
    mistake = {"in": "query", "parameter": parameter, "message": message}
    return ProblemError("invalid_parameter", f"{parameter}: {message}", errors=[mistake])


def wrong_body(part: str, message: str) -> ProblemError:
    """The problem of a part of a request's body."""
    mistake = {"in": "body", "parameter": part, "message": message}
    return ProblemError("invalid_parameter", f"{part}: {message}", errors=[mistake])


def unknown_service(identifier: str) -> ProblemError:
    """There is no service of this id."""
    return ProblemError(
        "unknown_service", f"No service {identifier!r} is configured; /v1/services lists them"
    )


def not_judged(identifier: str) -> ProblemError:
    """There is no service of this id, or only a reference."""
    return ProblemError(
        "unknown_service",
        f"No service {identifier[:80]!r} is judged here; /v1/services lists them",
    )


def problem(
    request: Request, error: ProblemError, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of the error."""
    entry = PROBLEMS[error.code]
    body = {
        "type": f"urn:outscope:problem:{error.code}",
        "title": entry.title,
        "status": entry.status,
        "detail": error.detail,
        "instance": request.url.path,
        "code": error.code,
        **error.members,
    }
    sent = {"cache-control": "no-store", **(headers or {})}
    return Response(encode(body), entry.status, media_type=MEDIA_TYPE, headers=sent)


def _mistakes(errors: Sequence[Any]) -> list[dict[str, str]]:
    found = []
    for error in errors:
        place, *parts = map(str, error["loc"])
        found.append({"in": place, "parameter": ".".join(parts), "message": str(error["msg"])})
    return found


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class
    return problem(request, error, error.headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    mistakes = _mistakes(error.errors())
    detail = "; ".join(f"{mistake['parameter']}: {mistake['message']}" for mistake in mistakes)
    return problem(request, ProblemError("invalid_parameter", detail, errors=mistakes))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    code = _BY_STATUS.get(
        error.status_code, "bad_request" if error.status_code < 500 else "internal"
    )
    detail = f"{request.method} {request.url.path}: {PROBLEMS[code].title.lower()}"
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return problem(request, ProblemError(code, detail), headers)


def _allowed(request: Request) -> str:
    """All methods of an address; what is answered to GET is answered to HEAD."""
    routes = iter_route_contexts(request.app.routes)
    named = [one for one in routes if one.path and one.methods]
    path = request.scope["path"]
    found = [one.methods or () for one in named if compile_path(one.path or "")[0].match(path)]
    methods = set().union(*found)
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


async def _on_trouble(request: Request, error: Exception) -> Response:
    log.warning("store_unavailable path=%s error=%r", request.url.path, error)
    detail = "The database gave no answer; the request may be tried again."
    return problem(request, ProblemError("store_unavailable", detail), {"retry-after": "2"})


async def _on_anything(request: Request, error: Exception) -> Response:
    detail = "The error is in the log of the API process; the request may be tried again."
    # the middleware is further in
    return problem(request, ProblemError("internal", detail), HEADERS)


def install(app: FastAPI) -> None:
    """Make the app answer every error as a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for trouble in TROUBLE:
        app.add_exception_handler(trouble, _on_trouble)
    app.add_exception_handler(Exception, _on_anything)
