"""Incidents, open and over."""

import re
from typing import Annotated, Any, Final

from fastapi import Query, Request
from starlette.responses import Response

from api.documents.card.card import Card, card_of
from api.documents.evidence import IncidentEvidence, incident_evidence, names_of
from api.documents.incidents import IncidentDetail, Incidents
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.encoding import answer, document
from api.http.answers.errors import ProblemError
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED, MISSING
from api.http.parameters import Cursor, Identifier, IdFilter, Limit
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope

router = Router(tags=["incidents"], dependencies=[requires(Scope.READ)])

Open = Annotated[
    bool | None, Query(description="true: only those that go on; false or left out: all")
]
_ID: Final = re.compile(r"[!-~]{1,64}")


@router.get(
    "/v1/incidents", operation_id="listIncidents", response_model=Incidents, responses=FILTERED
)
async def incidents(
    request: Request,
    sources: From,
    service: IdFilter = None,
    open: Open = None,  # noqa: A002 - the name in the query
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Incidents, the newest first by when they were opened."""
    found = await sources.store.incidents.page(service, bool(open), checked(request, cursor), limit)
    return page(request, found.items, found.next)


@router.get(
    "/v1/incidents/{id}",
    operation_id="getIncident",
    response_model=IncidentDetail,
    responses=MISSING,
)
async def incident(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """One incident: each change of how far it reached, how long it lasted where, and which others
    share its cause.
    """
    found, timeline = await _incident(sources, id)
    share = await sources.store.incidents.failing_share(found)
    return answer(request, document({**found, "failing_share": share, "timeline": timeline}))


@router.get(
    "/v1/incidents/{id}/evidence",
    operation_id="getIncidentEvidence",
    response_model=IncidentEvidence,
    responses=MISSING,
)
async def evidence(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """How each line of the timeline came about: votes, who did not vote and why, the best
    explanations, thresholds.

    In numbers, and in sentences for people.
    """
    found, _ = await _incident(sources, id)
    lines = await sources.store.incidents.evidence(id)
    names = names_of((await sources.snapshots.current()).picture.topology, found["service"])
    return answer(request, document(incident_evidence(found, lines, names)))


async def _incident(
    sources: Sources, identifier: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The incident with those of the same cause, and its timeline."""
    found = await sources.store.incidents.get(identifier) if _ID.fullmatch(identifier) else None
    if found is None:
        raise ProblemError(
            "unknown_incident", f"There is no incident {identifier!r}; /v1/incidents lists them"
        )
    incident, timeline = found
    return {**incident, "alike": await sources.store.incidents.alike(incident)}, timeline


async def card(sources: Sources, identifier: str) -> Card:
    """What links to an incident show of it; the problem of one that there is not."""
    found, _ = await _incident(sources, identifier)
    topology = (await sources.snapshots.current()).picture.topology
    return card_of(found, names_of(topology, found["service"]), topology.regions)
