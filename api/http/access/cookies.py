"""The session in a request: its cookie, and the proof that a page of ours asks."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from api.http.access.caller import Caller
from api.http.answers.errors import ProblemError
from api.http.sources.sources import Sources
from coordinator.access.judging import RefusedError, check_still
from coordinator.access.scopes import Scope
from coordinator.access.session import LASTS_MS, digest_of, is_ours
from worker.contract.clock import now

COOKIE = "outscope_session"
CSRF = "x-outscope-csrf"
_READS = ("GET", "HEAD")


async def session_caller(request: Request, sources: Sources, address: str) -> Caller | None:
    """Who signed in by this browser; None when nobody did, or the session is over. A write that no
    page of ours asks for is a problem.
    """
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    found = await sources.store.sessions.find(digest_of(secret), now())
    if found is None or not await _token_is_good(sources, found.token):
        return None
    if request.method not in _READS:
        check_ours(request, secret)
    return Caller(found.who, address, frozenset(map(Scope, found.scopes)), session=found.id)


async def _token_is_good(sources: Sources, token: str | None) -> bool:
    if token is None:
        return True
    found = await sources.tokens.find(token)
    try:
        if found is not None:
            check_still(found, now())
    except RefusedError:
        return False
    return found is not None


def check_ours(request: Request, secret: str | None = None) -> None:
    """The problem `not_our_page` when a page of another origin asks, or one that was not told the
    token against forgery.
    """
    if _elsewhere(request) or not (
        secret is None or is_ours(secret, request.headers.get(CSRF, ""))
    ):
        raise ProblemError(
            "not_our_page",
            f"A write by a session carries the header {CSRF} with `csrf` of GET /v1/session, and"
            " comes from our own page",
        )


def check_page(request: Request, who: Caller, origins: Sequence[str]) -> None:
    """The problem `not_our_page` when a page of another origin opens a WebSocket, which browsers
    let any page do and read: only those may that a setting names, and not as who is signed in.
    """
    if not _elsewhere(request):
        return
    origin = request.headers["origin"]
    if who.session is None and ("*" in origins or origin in origins):
        return
    raise ProblemError(
        "not_our_page",
        f"A page of {origin[:80]!r} opens no WebSocket here; whoever runs this API may name such"
        " origins in OUTSCOPE_CORS_ORIGINS, for pages that nobody is signed in by",
    )


def _elsewhere(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def keep(request: Request, answer: Response, secret: str) -> None:
    """Have the browser keep the session: no script reads it, and no other site sends it with a
    write.
    """
    answer.set_cookie(COOKIE, secret, max_age=LASTS_MS // 1000, **_attributes(request))


def drop(request: Request, answer: Response) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(COOKIE, **_attributes(request))


def _attributes(request: Request) -> dict[str, Any]:
    return {
        "path": request.app.state.prefix or "/",
        "secure": request.url.scheme == "https",
        "httponly": True,
        "samesite": "lax",
    }
