"""Services and their verdicts."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.encoding import answer, document
from api.errors import ProblemError
from api.routes.parameters import Identifier
from api.routes.refusals import MISSING
from api.sources import From
from api.views.overview import Overview
from api.views.services import Matrix, ServiceDetail, Services

router = APIRouter(tags=["services"])


@router.get("/v1/overview", operation_id="overview", response_model=Overview)
async def overview(request: Request, sources: From) -> Response:
    """All services with their cells, all regions and the open incidents in one document, with a strong ETag.

    What the page at `/` shows; poll it with `If-None-Match`.
    """
    return answer(request, (await sources.snapshots.current()).overview)


@router.get("/v1/services", operation_id="listServices", response_model=Services)
async def services(request: Request, sources: From) -> Response:
    """Every service that is judged, with its verdict, in the order of the configuration.

    References are left out: they only tell which region is fit to speak. Strong ETag.
    """
    return answer(request, (await sources.snapshots.current()).services)


@router.get("/v1/services/{id}", operation_id="getService", response_model=ServiceDetail, responses=MISSING)
async def service(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """One service: verdict, cells, the evidence to recompute it from, and its open incidents.

    Before the first verdict its scope is `unknown` and its reason `no verdict yet`.
    """
    found = (await sources.snapshots.current()).picture.detail(id)
    return answer(request, document(found)) if found else _unknown(id)


@router.get("/v1/services/{id}/matrix", operation_id="getServiceMatrix", response_model=Matrix, responses=MISSING)
async def matrix(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Component by region of one service: a cell for each pair that is looked at."""
    found = (await sources.snapshots.current()).picture.matrix(id)
    return answer(request, document(found)) if found else _unknown(id)


def _unknown(identifier: str) -> Response:
    raise ProblemError("unknown_service", f"No service {identifier!r} is configured; /v1/services lists them")
