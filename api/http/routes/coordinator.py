"""How the coordinator does: what it orders and takes in, how late, and what waits where."""

from starlette.responses import Response

from api.documents.flow import Flow, flow_of
from api.http.access.door import requires
from api.http.answers.encoding import JSON, encode
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store.state.standings import WRITER

router = Router(tags=["fleet"], dependencies=[requires(Scope.READ)])


@router.get("/v1/coordinator", operation_id="getCoordinator", response_model=Flow)
async def coordinator(sources: From) -> Response:
    """How looks are ordered and taken in: counts, delays, what waits at the broker by region, and
    messages that have not arrived. `/metrics` tells programs the same.
    """
    picture = (await sources.snapshots.current()).picture
    told = flow_of(
        picture,
        await sources.store.standings.all(WRITER),
        await sources.store.results.last_received_at(),
        await sources.store.deliveries.waiting(),
    )
    return Response(encode(told), media_type=JSON, headers={"cache-control": "no-store"})
