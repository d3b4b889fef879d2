"""Pictures of incidents, for links and reports."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from api.documents.card.card import svg
from api.http.access.door import requires
from api.http.answers.encoding import BRIEFLY, answer, ready
from api.http.answers.refusals import MISSING
from api.http.held import held
from api.http.kept.pictures import Pictures
from api.http.parameters import Identifier
from api.http.routes.incidents import card
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope

router = Router(tags=["formats"], dependencies=[requires(Scope.READ)])


async def _pictures(request: Request) -> Pictures:
    return held(request, "pictures", Pictures)


Kept = Annotated[Pictures, Depends(_pictures)]


@router.get(
    "/v1/incidents/{id}/picture.png",
    operation_id="getIncidentPng",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **MISSING},
)
async def incident_png(request: Request, sources: From, kept: Kept, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """An incident as a picture of 1200 by 630 pixels, as links show it: what, when, and the map of
    where, at its widest. Times are in UTC.
    """
    return answer(request, await kept.of(svg(await card(sources, id))))


@router.get(
    "/v1/incidents/{id}/picture.svg",
    operation_id="getIncidentSvg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}, **MISSING},
)
async def incident_svg(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The same picture in lines, for print."""
    text = svg(await card(sources, id))
    return answer(request, ready(text.encode(), "image/svg+xml", BRIEFLY))
