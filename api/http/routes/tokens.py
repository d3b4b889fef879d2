"""Tokens of the API: listed, made, and revoked."""

from typing import Annotated, Final

from fastapi import Request
from starlette.responses import Response

from api.documents.tokens import TokenAsked, TokenMade, Tokens, token_view
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError, wrong_body
from api.http.answers.refusals import refused
from api.http.parameters import Identifier
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.minting import TokenError, Wanted, minted, wanted
from coordinator.access.scopes import Scope
from worker.contract.clock import now

router = Router(tags=["access"])

MOST: Final = 1_000
"""So many tokens are known at once, with those that ended lately."""
Operator = Annotated[Caller, requires(Scope.OPERATE)]
_SECRET: Final = {"cache-control": "no-store"}
_ASKED: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": TokenAsked.model_json_schema()}},
    }
}


@router.get("/v1/tokens", operation_id="listTokens", response_model=Tokens)
async def tokens(sources: From, _who: Operator) -> Response:
    """Every token of the API: what it may do, until when, when it was last used and from how many
    addresses.
    """
    found = [token_view(token) for token in await sources.store.tokens.all()]
    return Response(encode({"items": found}), media_type=JSON, headers=_SECRET)


@router.post(
    "/v1/tokens",
    operation_id="makeToken",
    status_code=201,
    response_model=TokenMade,
    responses=refused(409, 413, 422),
    openapi_extra=_ASKED,
)
async def make(request: Request, sources: From, who: Operator) -> Response:
    """Make a token. It is in this answer and nowhere again; its scopes are among those of who asks.

    A repeat makes another: when the answer was lost, revoke the one that nobody has.
    """
    asked = _wanted(await json_body(request, TokenAsked), who)
    if len(await sources.store.tokens.all()) >= MOST:
        raise ProblemError("too_many_tokens", f"There are {MOST}; revoke what nobody uses")
    text, token = minted(asked, who.who, now())
    about = f"{token.name} ({token.id}): {', '.join(token.scopes)}"
    await sources.store.tokens.add(token, who.line("token created", about))
    made = encode({**token_view(token), "token": text})
    return Response(made, 201, media_type=JSON, headers=_SECRET)


@router.delete(
    "/v1/tokens/{id}",
    operation_id="revokeToken",
    status_code=204,
    response_class=Response,
    responses=refused(404),
)
async def revoke(sources: From, who: Operator, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Revoke a token: from the next request on it lets nobody in. A repeat changes nothing."""
    found = await sources.store.tokens.find(id)
    if found is None:
        raise ProblemError("unknown_access_token", f"There is no token {id[:40]!r}")
    line = who.line("token revoked", f"{found.name} ({found.id})")
    await sources.store.tokens.revoke(found.id, line.at, line)
    return Response(status_code=204, headers=_SECRET)


def _wanted(asked: TokenAsked, who: Caller) -> Wanted:
    try:
        found = wanted(asked.name, asked.scopes, asked.expires, asked.networks)
    except TokenError as error:
        raise wrong_body(error.field, str(error)) from None
    more = [scope for scope in found.scopes if not who.may(scope)]
    if more:
        raise ProblemError(
            "scope_missing", f"{who.who} has no scope {', '.join(more)}, and gives it to nobody"
        )
    return found
