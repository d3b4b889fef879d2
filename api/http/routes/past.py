"""The board of all services, and their past as it is drawn."""

from asyncio import timeout
from typing import Annotated, Final, Literal

from fastapi import Query, Request
from starlette.responses import Response

from api.documents.overview import Board
from api.documents.past import (
    DAY_MS,
    CellsOverTime,
    Days,
    Strips,
    said_of,
    strips,
)
from api.http.access.door import requires
from api.http.answers.encoding import answer, document
from api.http.answers.errors import invalid, unknown_service
from api.http.answers.refusals import refused
from api.http.kept.marks import Made, keep
from api.http.parameters import PATIENCE_S, Identifier, TimeFilter, span
from api.http.publishing.days import days_of
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.analytics.cells import MOST_FRAMES, QUARTER_MS, cells, step_for
from coordinator.domain.rollups.level import LENGTH_MS
from worker.contract.clock import now
from worker.contract.instant import Instant

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

MINUTE_MS: Final = LENGTH_MS["minute"]
_STEPS: Final = {"quarter": QUARTER_MS, "hour": LENGTH_MS["hour"], "day": LENGTH_MS["day"]}
Step = Annotated[
    Literal["auto", "quarter", "hour", "day"],
    Query(description="how long a frame is; `auto` shows the span in about a hundred of them"),
]


@router.get("/v1/board", operation_id="board", response_model=Board)
async def board(request: Request, sources: From) -> Response:
    """As the overview, without the cells: what a page that shows many services needs. Strong
    ETag.
    """
    snapshot = await sources.snapshots.current()
    keep(request, Made(snapshot))
    return answer(request, snapshot.board)


@router.get("/v1/strips", operation_id="listStrips", response_model=Strips, responses=refused(422))
async def all_strips(
    request: Request, sources: From, since: TimeFilter = None, until: TimeFilter = None
) -> Response:
    """What was said of every service, in spans; the last 24 hours without `since`, 90 days at
    most. Strong ETag.
    """
    begin, end = _span(since, until)
    if end - begin > 90 * DAY_MS:
        raise invalid("since", "is more than 90 days before the end; ask for a shorter time")
    services = list((await sources.snapshots.current()).picture.lines)
    async with timeout(PATIENCE_S):
        said = await sources.store.verdicts.said(services, begin, end)
    return answer(request, document(strips(services, said, begin, end)))


@router.get(
    "/v1/services/{id}/cells",
    operation_id="getServiceCells",
    response_model=CellsOverTime,
    responses=refused(404, 422),
)
async def service_cells(
    request: Request,
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    since: TimeFilter = None,
    until: TimeFilter = None,
    step: Step = "auto",
) -> Response:
    """The matrix of a service over time: what each pair of component and region saw, in frames,
    and what was said; the last 24 hours without `since`. Strong ETag.
    """
    await _known(sources, id)
    begin, end = _span(since, until)
    step_ms = step_for(end - begin) if step == "auto" else _STEPS[step]
    if (end - begin) // step_ms > MOST_FRAMES:
        raise invalid(
            "step",
            f"would be more than {MOST_FRAMES} frames; ask for longer ones or a shorter time",
        )
    async with timeout(PATIENCE_S):
        told = await cells(sources.archive, id, begin, end, step_ms)
        said = await sources.store.verdicts.said([id], begin, end)
    return answer(request, document({**told, "said": said_of(said, begin)}))


@router.get(
    "/v1/services/{id}/days",
    operation_id="getServiceDays",
    response_model=Days,
    responses=refused(404, 422),
)
async def service_days(
    request: Request,
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    days_back: Annotated[
        int, Query(alias="days", ge=1, le=366, description="so many days, today the last")
    ] = 90,
) -> Response:
    """Days (UTC) of a service: how far its incidents reached, for how long, and how many looks went
    well. Strong ETag.
    """
    await _known(sources, id)
    return answer(request, document(await days_of(sources, id, days_back, now())))


def _span(since: str | None, until: str | None) -> tuple[Instant, Instant]:
    begin, end = span(since, until)
    end = -(-now() // MINUTE_MS) * MINUTE_MS if end is None else end  # one ETag a minute
    return (end - DAY_MS if begin is None else min(begin, end - 1)), end


async def _known(sources: Sources, identifier: str) -> None:
    if identifier not in (await sources.snapshots.current()).picture.topology.service:
        raise unknown_service(identifier)
