"""Results: what the workers saw, in pages and as a whole."""

from asyncio import timeout
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from api.export import GZIP, NDJSON, gzipped, lines
from api.routes.pages import page
from api.routes.parameters import PATIENCE_S, Cursor, IdFilter, Limit, TimeFilter, checked, instant
from api.routes.refusals import FILTERED, refused
from api.sources import From
from api.views.results import Results
from coordinator.store import ResultFilter
from worker.contract.outcome import Reason
from worker.contract.result import to_record

router = APIRouter(tags=["results"])

CHUNK = 1000
"""Rows become results on the event loop: so many at a time that nobody waits for milliseconds."""

Format = Annotated[Literal["ndjson"], Query(description="one JSON record a line")]
Compression = Annotated[Literal["none", "gzip"], Query(description="`gzip` sends a .gz file")]


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
    return ResultFilter(
        service=service,
        component=component,
        region=region,
        worker=worker,
        check=check,
        reason=reason.value if reason else None,
        ok=ok,
        since=instant("since", since),
        until=instant("until", until),
    )


Wanted = Annotated[ResultFilter, Depends(_filter)]


@router.get("/v1/results", operation_id="listResults", response_model=Results, responses=FILTERED)
async def results(
    request: Request, sources: From, wanted: Wanted, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Result records, the newest first by when the look was due (`scheduled_at`, which `since` and `until` bound)."""
    async with timeout(PATIENCE_S):
        found = await sources.archive.results.page(wanted, checked(cursor), limit)
    return page(request, [to_record(result) for result in found.items], found.next)


@router.get(
    "/v1/exports/results",
    operation_id="exportResults",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {}, GZIP: {}}, "description": "the records"}, **refused(422)},
)
async def export(
    sources: From,
    wanted: Wanted,
    format: Format = "ndjson",  # noqa: A002 - the name in the query
    compression: Compression = "none",
) -> StreamingResponse:
    """All result records wanted, in the order in which they were received: what `outscope replay` reads.

    Streamed in bounded memory. An answer that ends early (the store went away) is cut off without its last chunk,
    so that no client takes it for whole.
    """
    body: AsyncIterator[bytes] = lines(sources.archive.results.chunks(wanted, CHUNK))
    name, media_type = f"results.{format}", NDJSON
    if compression == "gzip":
        body, name, media_type = gzipped(body), f"{name}.gz", GZIP
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(body, media_type=media_type, headers=headers)
