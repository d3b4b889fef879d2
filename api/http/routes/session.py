"""Sessions of browsers: signed in by a token, by a link that is good once, or by a provider."""

from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from api.documents.session import SessionView, SignIn
from api.http.access.cookies import COOKIE, check_ours, drop, keep
from api.http.access.door import identified, known_token, open_to_all, own_credential
from api.http.access.oidc import Begun, Provider
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError
from api.http.answers.prefix import outside
from api.http.answers.refusals import refused
from api.http.parameters import caller as address_of
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.session import begun, csrf_of, digest_of, new_secret
from coordinator.store.audit import Entry
from worker.contract.clock import now

router = Router(tags=["access"])

_WAITING: Final = "outscope_sign_in"
_WAITS_S: Final = 600
_NEW: Final = {"cache-control": "no-store"}
_ASKED: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SignIn.model_json_schema()}},
    }
}


@router.get(
    "/v1/session",
    operation_id="getSession",
    response_model=SessionView,
    dependencies=[open_to_all("it tells a caller who it is itself")],
)
async def session(request: Request, sources: From) -> Response:
    """Who asks, what it may do, and how somebody signs in here."""
    who = await identified(request, sources)
    secret = request.cookies.get(COOKIE, "")
    told: SessionView = {
        "who": who.who,
        "scopes": sorted(who.scopes),
        "signed_in": who.session is not None,
        "csrf": csrf_of(secret) if who.session is not None else None,
        "by_provider": request.app.state.provider is not None,
    }
    return Response(encode(told), media_type=JSON, headers=_NEW)


@router.post(
    "/v1/session",
    operation_id="signIn",
    status_code=204,
    response_class=Response,
    responses=refused(401, 403, 413, 422, 429),
    openapi_extra=_ASKED,
    dependencies=[own_credential("a token, or a link of `outscope up`", "it begins a session")],
)
async def sign_in(request: Request, sources: From) -> Response:
    """Sign this browser in for twelve hours, by a token (as long as that is good), or by a link
    that is good once. The session is in a cookie that no script reads.
    """
    check_ours(request)
    if not request.headers.get("content-type", "").startswith(JSON):
        raise ProblemError("not_our_page", f"Send it as {JSON}, as our own page does")
    asked = await json_body(request, SignIn)
    secret, at, address = new_secret(), now(), address_of(request)
    if asked.link is not None:
        plain = begun(secret, "", (), at)
        if await sources.store.sessions.redeem(digest_of(asked.link), plain, address) is None:
            raise ProblemError(
                "not_signed_in", "This link was used, or is older than an hour; ask for another"
            )
    else:
        who = await known_token(request, sources, asked.token or "")
        made = begun(secret, who.who, tuple(sorted(who.scopes)), at, who.token)
        await sources.store.sessions.begin(made, who.line("signed in", "by a token"))
    answer = Response(status_code=204, headers=_NEW)
    keep(request, answer, secret)
    return answer


@router.delete(
    "/v1/session",
    operation_id="signOut",
    status_code=204,
    response_class=Response,
    responses=refused(403),
    dependencies=[own_credential("the session itself", "whoever has it may end it")],
)
async def sign_out(request: Request, sources: From) -> Response:
    """End the session of this browser; without one nothing happens."""
    who = await identified(request, sources)
    if who.session is not None:
        await sources.store.sessions.end(who.session, who.line("signed out", who.who))
    answer = Response(status_code=204, headers=_NEW)
    drop(request, answer)
    return answer


@router.get(
    "/v1/session/begin",
    operation_id="beginSignIn",
    status_code=303,
    response_class=Response,
    responses=refused(404, 503),
    dependencies=[open_to_all("it leads to the sign-in provider")],
)
async def begin(request: Request) -> Response:
    """Go to the sign-in provider (OpenID Connect, code flow with PKCE)."""
    url, waiting = await _provider(request).begin(_redirect(request))
    answer = RedirectResponse(url, 303, headers=_NEW)
    kept = f"{waiting.state}.{waiting.nonce}.{waiting.verifier}"
    answer.set_cookie(
        _WAITING,
        kept,
        max_age=_WAITS_S,
        path=outside(request, "/v1/session"),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(
    "/v1/session/callback",
    operation_id="endSignIn",
    status_code=303,
    response_class=Response,
    responses=refused(403, 404, 503),
    dependencies=[own_credential("the provider's code", "the provider tells who it is")],
)
async def callback(
    request: Request,
    sources: From,
    state: Annotated[str, Query(max_length=400, description="as it was sent")] = "",
    code: Annotated[str, Query(max_length=4000, description="for which a token is given")] = "",
    error: Annotated[str, Query(max_length=400, description="why there is none")] = "",
    error_description: Annotated[str, Query(max_length=4000, description="in words")] = "",
    iss: Annotated[str, Query(max_length=400, description="who sends it (RFC 9207)")] = "",
    session_state: Annotated[str, Query(max_length=400, description="not used")] = "",
    scope: Annotated[str, Query(max_length=1000, description="not used")] = "",
) -> Response:
    """Where the provider sends a browser back to: it is signed in, and shown the page."""
    provider = _provider(request)
    parts = request.cookies.get(_WAITING, "").split(".")
    if len(parts) != len(Begun.__slots__) or parts[0] != state or not code:
        why = f" ({error[:60]})" if error.isascii() and error.isprintable() and error else ""
        raise ProblemError("not_signed_in", f"That was not begun in this browser{why}; begin anew")
    person = await provider.finish(_redirect(request), Begun(*parts), code)
    secret, at = new_secret(), now()
    made = begun(secret, person.who, person.scopes, at)
    line = Entry(at, person.who, "signed in", "by the provider", address_of(request))
    await sources.store.sessions.begin(made, line)
    answer = RedirectResponse(outside(request, "/"), 303, headers=_NEW)
    keep(request, answer, secret)
    answer.delete_cookie(_WAITING, path=outside(request, "/v1/session"))
    return answer


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise ProblemError("not_found", "Nobody signs in by a provider here")
    return found


def _redirect(request: Request) -> str:
    """Where the provider is to send browsers back to, as it has to know it."""
    told: str = request.app.state.public_url
    base = told or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return f"{base}{outside(request, '/v1/session/callback')}"
