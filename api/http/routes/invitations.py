"""Invitations: one line for the machine that is to look."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import Path, Request
from starlette.responses import Response

from api.documents.invitations import InvitationAsked, Invitations, Invited, invitation_view
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError, wrong_body
from api.http.answers.prefix import origin
from api.http.answers.refusals import refused
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.joining.inviting import InvitingError, invitation, noted
from coordinator.joining.meeting import STANDING, meeting_of
from coordinator.joining.token import digest_of, new_token
from coordinator.store.joining.invitations import Invitation
from worker.contract.clock import now
from worker.contract.http.joining import api_address, join_line
from worker.contract.instant import rfc3339
from worker.contract.settings.address import AddressError

router = Router(tags=["joining"])

Operator = Annotated[Caller, requires(Scope.OPERATE)]
Number = Annotated[
    int, Path(ge=1, lt=2**63, description="an invitation, as `GET /v1/invitations` lists them")
]
_SECRET: Final = {"cache-control": "no-store"}
_ASKED: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": InvitationAsked.model_json_schema()}},
    }
}


@router.get("/v1/invitations", operation_id="listInvitations", response_model=Invitations)
async def invitations(request: Request, sources: From, _who: Operator) -> Response:
    """Invitations that can still be used, without their tokens."""
    items = [invitation_view(one) for one in await sources.store.invitations.open(now())]
    told = {"items": items, "api": origin(request) if request.app.state.public_url else None}
    return Response(encode(told), media_type=JSON, headers=_SECRET)


@router.post(
    "/v1/invitations",
    operation_id="inviteWorker",
    status_code=201,
    response_model=Invited,
    responses=refused(404, 409, 413, 422),
    openapi_extra=_ASKED,
)
async def invite(request: Request, sources: From, who: Operator) -> Response:
    """Make the one line that lets a machine join as a worker of a region, or gives a worker another
    key: `POST /v1/join` tells what that does. Its token is good once, and in this answer alone.

    A repeat makes another: when the answer was lost, withdraw the one that nobody has.
    """
    asked = await json_body(request, InvitationAsked)
    api, made = _api(request, asked), _made(asked)
    await (_know_region if made.worker is None else _know_worker)(sources, made)
    token = new_token()
    about = made.region if made.worker is None else f"{made.region}/{made.worker}"
    line = who.line("worker invited" if made.worker is None else "key rotation offered", about)
    await sources.store.invitations.add(replace(made, digest=digest_of(token)), line)
    meeting = meeting_of((await sources.store.standings.all(STANDING)).get(STANDING))
    told: Invited = {
        "line": join_line(api, token, renews=made.worker is not None),
        "region": made.region,
        "expires_at": rfc3339(made.expires_at),
        "note": noted(meeting),
    }
    return Response(encode(told), 201, media_type=JSON, headers=_SECRET)


@router.delete(
    "/v1/invitations/{id}",
    operation_id="withdrawInvitation",
    status_code=204,
    response_class=Response,
    responses=refused(404, 422),
)
async def withdraw(sources: From, who: Operator, id: Number) -> Response:  # noqa: A002 - the name in the path
    """Withdraw an invitation: it lets nobody in any more. Who joined by it stays."""
    line = who.line("invitation withdrawn", str(id))
    if not await sources.store.invitations.withdraw(id, line.at, line):
        raise ProblemError(
            "unknown_invitation", f"No invitation {id} is open: it was used, or its time is over"
        )
    return Response(status_code=204, headers=_SECRET)


def _api(request: Request, asked: InvitationAsked) -> str:
    try:
        return api_address(asked.api or origin(request))
    except AddressError as error:
        raise wrong_body("api", str(error)) from None


def _made(asked: InvitationAsked) -> Invitation:
    try:
        return invitation(asked.region, asked.worker, asked.expires, asked.network, now())
    except InvitingError as error:
        raise wrong_body(error.field.replace("from", "network"), str(error)) from None


async def _know_region(sources: Sources, made: Invitation) -> None:
    known = (await sources.snapshots.current()).picture.topology.region
    if made.region not in known:
        near = did_you_mean(made.region, known)
        raise wrong_body("region", f"no region {made.region!r} is configured; {near}")


async def _know_worker(sources: Sources, made: Invitation) -> None:
    keys = await sources.store.worker_keys.of_worker(made.region, made.worker or "")
    if not keys:
        raise ProblemError("not_joined", f"No worker {made.region}/{made.worker} has joined")
    if not any(key.lets_in(made.made_at) for key in keys):
        raise ProblemError(
            "unknown_worker",
            f"{made.region}/{made.worker} was revoked; remove it, and invite another",
        )
