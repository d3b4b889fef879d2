"""The history of a service: minutes, hours or days of counts, uptime and percentiles."""

from asyncio import timeout
from typing import Annotated, Final, Literal

from fastapi import Query, Request
from starlette.responses import Response

from api.documents.history import History
from api.http.access.door import requires_unless_public
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import invalid, unknown_service
from api.http.answers.refusals import refused
from api.http.parameters import PATIENCE_S, Identifier, IdFilter, TimeFilter, span
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.analytics.history import MOST_POINTS, history, level_for
from coordinator.configuration.circumstances.keeping import forgotten
from coordinator.domain.rollups.level import LENGTH_MS
from worker.contract.clock import now

router = Router(tags=["services"], dependencies=[requires_unless_public(Scope.READ)])

DAY_MS: Final = 86_400_000

Resolution = Annotated[
    Literal["auto", "minute", "hour", "day"],
    Query(description="how long a bucket is; `auto` shows the span in some hundreds of them"),
]
Maintenance = Annotated[
    Literal["include", "exclude"],
    Query(description="whether looks within announced maintenance count"),
]


@router.get(
    "/v1/services/{id}/history",
    operation_id="getServiceHistory",
    response_model=History,
    responses=refused(404, 422),
)
async def service_history(
    request: Request,
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    since: TimeFilter = None,
    until: TimeFilter = None,
    resolution: Resolution = "auto",
    component: IdFilter = None,
    check: IdFilter = None,
    region: IdFilter = None,
    maintenance: Maintenance = "include",
) -> Response:
    """Looks, uptime, reasons and percentiles of a service in minutes, hours or days; the last 24
    hours without `since`.

    Answered from rollups, a year in a fraction of a second. A minute is there some seconds after it
    ended, an hour that has not ended is renewed every few minutes. A service of which nothing is
    kept yet has no points; one that is neither configured nor kept is not found.
    """
    begin, end = span(since, until)
    end = now() if end is None else end
    begin = end - DAY_MS if begin is None else min(begin, end - 1)
    level = level_for(end - begin) if resolution == "auto" else resolution
    if (end - begin) // LENGTH_MS[level] > MOST_POINTS:
        raise invalid(
            "resolution",
            f"would be more than {MOST_POINTS} buckets; ask for longer ones or a shorter time",
        )
    service = (await sources.snapshots.current()).picture.topology.service.get(id)
    kept = dict(service.keep) if service is not None else {}
    async with timeout(PATIENCE_S):
        told = await history(
            sources.archive,
            id,
            begin,
            end,
            level,
            without_maintenance=maintenance == "exclude",
            forgotten=forgotten(kept, now()),
            component=component,
            check=check,
            region=region,
        )
    if not told["points"] and service is None:
        raise unknown_service(id)
    return Response(encode(told), media_type=JSON, headers={"cache-control": "no-store"})
