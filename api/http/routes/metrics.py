"""Metrics for Prometheus."""

from asyncio import to_thread
from collections.abc import Callable
from typing import Final

from fastapi import Request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics import exposition
from starlette.responses import PlainTextResponse, Response

from api.documents.metrics import Facts, open_metrics, text
from api.http.access.door import requires
from api.http.answers.accept import weights
from api.http.requests import RequestMetrics
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store.state.standings import TELEMETRY, WRITER
from worker.contract.clock import now

_OPEN_METRICS: Final = "application/openmetrics-text"

router = Router(tags=["health"], dependencies=[requires(Scope.READ)])


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics(request: Request, sources: From) -> Response:
    """Verdicts, fitness of regions, vitals of workers, what was refused, and this process's
    requests; as text. Who asks for OpenMetrics (`Accept: application/openmetrics-text`) is also
    told examples: the newest incident of a service, and a trace of a request.
    """
    counted: RequestMetrics = request.app.state.requests
    picture = (await sources.snapshots.current()).picture
    facts = Facts(
        picture,
        await sources.store.refusals.all(),
        await sources.store.standings.all(WRITER),
        await sources.store.results.last_received_at(),
        await sources.store.deliveries.waiting(),
        await sources.store.incidents.opened(),
        now(),
        await sources.store.standings.all(TELEMETRY),
    )
    write, media_type = _wanted(request.headers.get("accept", ""))
    body = await to_thread(write, facts, counted.registry)
    headers = {"cache-control": "no-store", "content-type": media_type, "vary": "Accept"}
    return Response(body, headers=headers)


def _wanted(accept: str) -> tuple[Callable[..., bytes], str]:
    """By which format a scraper would rather read it, and how that is called."""
    given = weights(accept)
    rather = given.get(_OPEN_METRICS, 0.0) > given.get("text/plain", 0.0)
    return (open_metrics, exposition.CONTENT_TYPE_LATEST) if rather else (text, CONTENT_TYPE_LATEST)
