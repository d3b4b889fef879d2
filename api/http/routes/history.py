"""The history of a service: minutes, hours or days of counts, uptime and percentiles."""

from asyncio import timeout
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.documents.history import History
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError, invalid
from api.http.answers.refusals import refused
from api.http.parameters import PATIENCE_S, Identifier, IdFilter, TimeFilter, span
from api.http.sources.sources import From, Sources
from coordinator.analytics.history import MOST_POINTS, history, level_for
from coordinator.domain.rollups.level import LENGTH_MS
from worker.contract.clock import now

router = APIRouter(tags=["services"])

DAY_MS: Final = 86_400_000

Resolution = Annotated[
    Literal["auto", "minute", "hour", "day"],
    Query(description="how long a bucket is; `auto` shows the span in some hundreds of them"),
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
    async with timeout(PATIENCE_S):
        told = await history(
            sources.archive, id, begin, end, level, component=component, check=check, region=region
        )
    if not told["points"] and not await _is_known(sources, id):
        raise ProblemError(
            "unknown_service", f"No service {id!r} is configured; /v1/services lists them"
        )
    return Response(encode(told), media_type=JSON, headers={"cache-control": "no-store"})


async def _is_known(sources: Sources, identifier: str) -> bool:
    return identifier in (await sources.snapshots.current()).picture.topology.service
