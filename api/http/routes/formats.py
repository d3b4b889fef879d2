"""A service in the formats of others: Statuspage, a badge."""

from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.documents import badge as badges
from api.documents.statuspage import (
    ComponentsView,
    IncidentsView,
    StatusView,
    SummaryView,
    WorksView,
    components_of,
    incidents_of,
    indicator_of,
    page_of,
)
from api.documents.statuspage_work import works_of
from api.http.access.door import requires_unless_public
from api.http.answers.encoding import BRIEFLY, JSON, answer, encode, ready
from api.http.answers.prefix import origin
from api.http.answers.refusals import refused
from api.http.parameters import Identifier
from api.http.shapes import Router
from api.http.sources.sources import From
from api.http.sources.stories import coming, line_of, stories_of
from coordinator.access.scopes import Scope
from worker.contract.clock import now

router = Router(tags=["formats"], dependencies=[requires_unless_public(Scope.READ)])

STATUSPAGE: Final = "/v1/services/{id}/statuspage/api/v2"


@router.get(
    f"{STATUSPAGE}/summary.json",
    operation_id="getStatuspageSummary",
    response_model=SummaryView,
    responses=refused(404),
)
async def statuspage_summary(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The service as Atlassian Statuspage's API v2 shows one, with the incidents that go on
    and the maintenance that is announced.

    Give `/v1/services/{id}/statuspage` to programs that ask for the address of such a page.
    """
    at = now()
    line = await line_of(sources, id)
    page = page_of(line, origin(request))
    stories = await stories_of(sources, id, open_only=True)
    found: SummaryView = {
        "page": page,
        "status": indicator_of(line),
        "components": components_of(line),
        "incidents": incidents_of(line, stories, page["url"]),
        "scheduled_maintenances": works_of(line, await coming(sources, id, at), at, page["url"]),
    }
    return _kept(request, encode(found))


@router.get(
    f"{STATUSPAGE}/status.json",
    operation_id="getStatuspageStatus",
    response_model=StatusView,
    responses=refused(404),
)
async def statuspage_status(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The service in a word, as a Statuspage."""
    line = await line_of(sources, id)
    page = page_of(line, origin(request))
    found: StatusView = {"page": page, "status": indicator_of(line)}
    return _kept(request, encode(found))


@router.get(
    f"{STATUSPAGE}/components.json",
    operation_id="getStatuspageComponents",
    response_model=ComponentsView,
    responses=refused(404),
)
async def statuspage_components(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The components that are judged, as a Statuspage."""
    line = await line_of(sources, id)
    page = page_of(line, origin(request))
    found: ComponentsView = {"page": page, "components": components_of(line)}
    return _kept(request, encode(found))


@router.get(
    f"{STATUSPAGE}/incidents.json",
    operation_id="getStatuspageIncidents",
    response_model=IncidentsView,
    responses=refused(404),
)
async def statuspage_incidents(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The newest 25 incidents, as a Statuspage."""
    line = await line_of(sources, id)
    page = page_of(line, origin(request))
    stories = await stories_of(sources, id)
    found: IncidentsView = {
        "page": page,
        "incidents": incidents_of(line, stories, page["url"]),
    }
    return _kept(request, encode(found))


@router.get(
    f"{STATUSPAGE}/scheduled-maintenances.json",
    operation_id="getStatuspageScheduledMaintenances",
    response_model=WorksView,
    responses=refused(404),
)
async def statuspage_works(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The announced maintenance of the next 31 days, as a Statuspage."""
    at = now()
    line = await line_of(sources, id)
    page = page_of(line, origin(request))
    works = works_of(line, await coming(sources, id, at), at, page["url"])
    found: WorksView = {"page": page, "scheduled_maintenances": works}
    return _kept(request, encode(found))


@router.get(
    "/v1/services/{id}/badge.svg",
    operation_id="getBadge",
    response_class=Response,
    responses={200: {"content": {badges.MEDIA_TYPE: {}}}, **refused(404)},
)
async def badge(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The service as a small picture with words."""
    return _kept(request, badges.badge(await line_of(sources, id)), badges.MEDIA_TYPE)


def _kept(request: Request, body: bytes, media_type: str = JSON) -> Response:
    return answer(request, ready(body, media_type, BRIEFLY))
