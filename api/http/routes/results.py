"""Results: what the workers saw, in pages."""

from asyncio import timeout
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from api.documents.results import Results
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED
from api.http.parameters import PATIENCE_S, Cursor, IdFilter, Limit, TimeFilter, span
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store import ResultFilter
from coordinator.store.results.striking import Strike, is_struck
from worker.contract.outcome import Reason
from worker.contract.result import Result, to_record

router = Router(tags=["results"], dependencies=[requires(Scope.READ)])


async def _filter(
    service: IdFilter = None,
    component: IdFilter = None,
    region: IdFilter = None,
    worker: IdFilter = None,
    check: IdFilter = None,
    reason: Reason | None = None,
    ok: bool | None = None,
    since: TimeFilter = None,
    until: TimeFilter = None,
) -> ResultFilter:
    begin, end = span(since, until)
    return ResultFilter(
        service=service,
        component=component,
        region=region,
        worker=worker,
        check=check,
        reason=reason.value if reason else None,
        ok=ok,
        since=begin,
        until=end,
    )


Wanted = Annotated[ResultFilter, Depends(_filter)]


@router.get("/v1/results", operation_id="listResults", response_model=Results, responses=FILTERED)
async def results(
    request: Request, sources: From, wanted: Wanted, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Result records, the newest first by when the look was due (`scheduled_at`, which `since` and
    `until` bound).
    """
    async with timeout(PATIENCE_S):
        found = await sources.record.page(wanted, checked(request, cursor), limit)
        strikes = await sources.store.striking.standing()
    return page(request, [_listed(result, strikes) for result in found.items], found.next)


def _listed(result: Result, strikes: Sequence[Strike]) -> dict[str, Any]:
    record = to_record(result)
    return {**record, "struck": True} if is_struck(result, strikes) else record
