"""What vendors say of their incidents beside what we saw."""

import re
from asyncio import timeout
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Query, Request
from starlette.responses import Response

from api.documents.acknowledgements import (
    Acknowledgements,
    IncidentAcknowledgements,
    Scorecard,
    Scorecards,
)
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.encoding import JSON, answer, document, encode
from api.http.answers.errors import ProblemError, invalid, unknown_service
from api.http.answers.pages import page
from api.http.answers.refusals import MISSING, refused
from api.http.parameters import PATIENCE_S, Cursor, Identifier, Limit
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from api.moments import moment
from coordinator.access.scopes import Scope
from coordinator.analytics.scorecard import scorecard
from coordinator.domain.acknowledging.acknowledgement import edit_document
from coordinator.domain.acknowledging.sentences import sentence
from coordinator.domain.model.topology import VENDOR_STATUS
from worker.contract.clock import now
from worker.contract.instant import Instant

router = Router(tags=["incidents"], dependencies=[requires(Scope.READ)])

_ID: Final = re.compile(r"[!-~]{1,64}")
_WINDOW: Final = r"^[0-9]{1,4}[smhdw]$"
_REFUSALS: Final = refused(404, 422)

Window = Annotated[
    str,
    Query(
        description="how long until now: 90s, 10m, 2h, 30d, 12w",
        max_length=16,
        examples=["90d"],
        json_schema_extra={"pattern": _WINDOW},
    ),
]


@router.get(
    "/v1/incidents/{id}/acknowledgements",
    operation_id="getIncidentAcknowledgements",
    response_model=IncidentAcknowledgements,
    responses=MISSING,
)
async def of_incident(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What the vendor says of one incident: four clocks, how late, how far, and every wording.

    An incident that the vendor says nothing of has one item that says so; one of a service whose
    vendor's page is not read has none.
    """
    found = await sources.store.incidents.one(id) if _ID.fullmatch(id) else None
    if found is None:
        raise ProblemError(
            "unknown_incident", f"There is no incident {id!r}; /v1/incidents lists them"
        )
    rows = await sources.store.acknowledgements.of_incident(id)
    told = {
        "incident": id,
        "service": found.service,
        "watched": found.service in await _vendors(sources),
        "items": [await _with_edits(sources, row) for row in rows],
    }
    return answer(request, document(told))


@router.get(
    "/v1/vendors",
    operation_id="listVendors",
    response_model=Scorecards,
    responses=refused(422),
)
async def vendors(sources: From, window: Window = "90d") -> Response:
    """The scorecard of every vendor whose page is read, by the incidents opened in a window."""
    until, since = now(), _since(window)
    cards = [
        await scorecard(sources.store, service, pages, since, until)
        for service, pages in (await _vendors(sources)).items()
    ]
    return _fresh({"items": cards})


@router.get(
    "/v1/vendors/{id}/scorecard",
    operation_id="getVendorScorecard",
    response_model=Scorecard,
    responses=_REFUSALS,
)
async def vendor_scorecard(
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    window: Window = "90d",
) -> Response:
    """How late a vendor admits, how much, how far, and how long its page was green meanwhile. A
    vendor is named by the service that it speaks of.
    """
    pages, until, since = await _pages(sources, id), now(), _since(window)
    async with timeout(PATIENCE_S):
        return _fresh(await scorecard(sources.store, id, pages, since, until))


@router.get(
    "/v1/vendors/{id}/acknowledgements",
    operation_id="listVendorAcknowledgements",
    response_model=Acknowledgements,
    responses=refused(400, 404, 422),
)
async def of_vendor(
    request: Request,
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    window: Window = "90d",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Our incidents with what the vendor says of each, and its statements of what we never saw,
    the newest first.
    """
    await _pages(sources, id)
    place = checked(request, cursor)
    found = await sources.store.acknowledgements.page(id, _since(window), place, limit)
    return page(request, found.items, found.next)


async def _vendors(sources: Sources) -> Mapping[str, Sequence[str]]:
    """The services whose vendors' pages are read, with the checks that do."""
    picture = (await sources.snapshots.current()).picture
    found: dict[str, list[str]] = {}
    for check in picture.status_pages:
        found.setdefault(check.service, []).append(check.id)
    return found


async def _pages(sources: Sources, identifier: str) -> Sequence[str]:
    """The pages of a vendor. One that is not read any more still has what it said."""
    pages = (await _vendors(sources)).get(identifier)
    if pages is None and not await sources.store.vendors.pages(identifier):
        topology = (await sources.snapshots.current()).picture.topology
        if identifier not in topology.service:
            raise unknown_service(identifier[:80])
        raise ProblemError(
            "unknown_vendor",
            f"No check reads what the vendor of {identifier!r} says; add one of kind"
            f" {VENDOR_STATUS}",
        )
    return pages or ()


async def _with_edits(sources: Sources, row: dict[str, Any]) -> dict[str, Any]:
    vendor = row["vendor"]
    edits = await sources.store.vendors.edits(vendor["page"], vendor["incident"]) if vendor else []
    return {**row, "sentence": sentence(row), "wordings": [edit_document(one) for one in edits]}


def _since(window: str) -> Instant:
    if not re.fullmatch(_WINDOW, window):
        raise invalid("window", f"{window[:16]!r} is no length of time; write 24h, 30d or 12w")
    return moment(window, now())


def _fresh(told: Any) -> Response:
    return Response(encode(told), media_type=JSON, headers={"cache-control": "no-store"})
