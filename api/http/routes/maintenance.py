"""Announced maintenance: looks go on, messages wait, and incidents say that it was announced."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from pydantic import RootModel, ValidationError
from starlette.responses import Response

from api.documents.maintenance import Announced, Occurrences
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError, wrong_body
from api.http.answers.refusals import refused
from api.http.parameters import Identifier
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.circumstances.announcing import (
    AnnouncementError,
    announce,
    announcement_from,
    upcoming,
)
from coordinator.configuration.circumstances.entries import MaintenanceEntry
from worker.contract.clock import now

router = Router(tags=["maintenance"])

Writer = Annotated[Caller, requires(Scope.WRITE)]
Window = RootModel[dict[str, Any]]
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": MaintenanceEntry.model_json_schema()}},
    }
}


@router.get(
    "/v1/maintenance",
    operation_id="listMaintenance",
    response_model=Occurrences,
    dependencies=[requires(Scope.READ)],
)
async def maintenance(
    sources: From,
    days: Annotated[int, Query(ge=1, le=31, description="so many days ahead")] = 31,
) -> Response:
    """What goes on and what comes, whoever announced it: the configuration, a calendar, a vendor on
    its page, an operator.
    """
    found = await upcoming(sources.store, now(), days)
    items = [one.to_document() for one in found]
    return Response(
        encode({"items": items}), media_type=JSON, headers={"cache-control": "no-cache"}
    )


@router.post(
    "/v1/maintenance",
    operation_id="announceMaintenance",
    status_code=201,
    response_model=Announced,
    responses=refused(409, 413, 422),
    openapi_extra=_BODY,
)
async def post(request: Request, sources: From, who: Writer) -> Response:
    """Announce a window, once or by a rule, as an entry of `maintenance` in a file has it.

    A repeat of one that was announced is refused, for its id is taken.
    """
    asked = await json_body(request, Window)
    try:
        entry = announcement_from(asked.root)
        line = who.line("maintenance announced", entry["id"])
        notes = await announce(sources.store, entry, who.who, now(), line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        part = ".".join(map(str, first["loc"])) or "body"
        raise wrong_body(part, first["msg"].removeprefix("Value error, ")) from None
    except AnnouncementError as error:
        raise ProblemError("cannot_announce", str(error)) from None
    return Response(encode({"id": entry["id"], "notes": notes}), 201, media_type=JSON)


@router.delete(
    "/v1/maintenance/{id}",
    operation_id="cancelMaintenance",
    status_code=204,
    response_class=Response,
    responses=refused(404),
)
async def cancel(sources: From, who: Writer, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Let a window not come any more; one that goes on ends now. Only what operators announced is
    cancelled here.
    """
    line = who.line("maintenance cancelled", id)
    if not await sources.store.maintenance.cancel(id, now(), line):
        raise ProblemError(
            "not_announced",
            f"No operator announced {id[:80]!r}, or it was cancelled; what the configuration"
            " announces is changed there",
        )
    return Response(status_code=204)
