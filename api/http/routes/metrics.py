"""Metrics for Prometheus."""

from asyncio import to_thread

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from api.documents.metrics import Facts, text
from api.http.requests import RequestMetrics
from api.http.sources.sources import From
from coordinator.store.state.standings import WRITER
from worker.contract.clock import now

router = APIRouter(tags=["health"])


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics(request: Request, sources: From) -> Response:
    """Verdicts, fitness of regions, vitals of workers, what was refused, and this process's
    requests; as text.
    """
    counted: RequestMetrics = request.app.state.requests
    picture = (await sources.snapshots.current()).picture
    facts = Facts(
        picture,
        await sources.store.refusals.all(),
        await sources.store.standings.all(WRITER),
        await sources.store.results.last_received_at(),
        now(),
    )
    body = await to_thread(text, facts, counted.registry)
    return Response(body, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})
