"""Where we look from: regions, workers, and the looks that were missed."""

from fastapi import Request
from starlette.responses import Response

from api.documents.fleet import Gaps, Regions, Workers
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.encoding import answer
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED
from api.http.kept.marks import Made, keep
from api.http.parameters import Cursor, IdFilter, Limit, TimeFilter, instant
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope

router = Router(tags=["fleet"], dependencies=[requires(Scope.READ)])


@router.get("/v1/regions", operation_id="listRegions", response_model=Regions)
async def regions(request: Request, sources: From) -> Response:
    """Every configured region: is it fit to speak, unfit (its references fail too), or silent?
    Strong ETag.
    """
    snapshot = await sources.snapshots.current()
    keep(request, Made(snapshot))
    return answer(request, snapshot.regions)


@router.get("/v1/workers", operation_id="listWorkers", response_model=Workers)
async def workers(request: Request, sources: From) -> Response:
    """The workers heard in the last week, with their fitness and what each last said of itself.

    Of a region at most a hundred, those heard last: more names than that no region has. Strong
    ETag.
    """
    snapshot = await sources.snapshots.current()
    keep(request, Made(snapshot))
    return answer(request, snapshot.workers)


@router.get("/v1/gaps", operation_id="listGaps", response_model=Gaps, responses=FILTERED)
async def gaps(
    request: Request,
    sources: From,
    service: IdFilter = None,
    region: IdFilter = None,
    since: TimeFilter = "1d",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Looks that should have been made and were not, or of which nothing was heard; the latest
    first.

    A missed look says nothing about a service; it is declared so that silence is never taken for
    good or bad news.
    """
    at = instant("since", since) or 0
    behind = checked(request, cursor, numbered=True)
    found = await sources.store.gaps.page(at, service, region, behind, limit)
    return page(request, found.items, found.next)
