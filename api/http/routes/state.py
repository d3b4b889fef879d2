"""A service as one small flat document."""

from asyncio import timeout
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.documents.state import ServiceState, state_of
from api.http.access.door import requires_unless_public
from api.http.answers.encoding import BRIEFLY, JSON, answer, encode, ready
from api.http.answers.refusals import refused
from api.http.parameters import PATIENCE_S, Identifier
from api.http.shapes import Router
from api.http.sources.sources import From
from api.http.sources.stories import line_of
from coordinator.access.scopes import Scope
from coordinator.analytics.cells import cells
from coordinator.domain.rollups.level import LENGTH_MS
from worker.contract.clock import now

router = Router(tags=["formats"], dependencies=[requires_unless_public(Scope.READ)])

MINUTE_MS: Final = LENGTH_MS["minute"]


@router.get(
    "/v1/services/{id}/state",
    operation_id="getServiceState",
    response_model=ServiceState,
    responses=refused(404),
)
async def state(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The service in a word with flat attributes, for a sensor that reads JSON (Home Assistant's
    `rest`), a ticker or a script; with its uptime in percent over 30 minutes and a day, also by
    component.

    Uptime is from rollups by minute: the last minute may not be in it yet.
    """
    line = await line_of(sources, id)
    end = -(-now() // MINUTE_MS) * MINUTE_MS
    async with timeout(PATIENCE_S):
        lately = await cells(sources.archive, id, end - 30 * MINUTE_MS, end, MINUTE_MS)
        begin = end - LENGTH_MS["day"]
        day = await cells(sources.archive, id, begin, end, LENGTH_MS["hour"])
    found = state_of(line, lately["cells"], day["cells"])
    return answer(request, ready(encode(found), JSON, BRIEFLY))
