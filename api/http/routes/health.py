"""Is this process alive, and are its answers true?"""

from asyncio import timeout
from typing import Annotated

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from api.documents.overview import CoordinatorView
from api.documents.picture.picture import Picture
from api.documents.picture.troubles import stranger, trouble_of
from api.documents.readiness import CHECKS, OK, readiness
from api.http.access.door import open_to_all, requires
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError
from api.http.answers.refusals import refused
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.store import TROUBLE
from worker.contract.clock import now

router = Router(tags=["health"])
alive = Router()
"""What every process of ours that speaks HTTP answers."""

_PATIENCE_S = 3.0
_FRESH = {"cache-control": "no-store"}


class Alive(TypedDict):
    """The process runs its event loop."""

    status: Annotated[str, Field(examples=["alive"])]


class Ready(TypedDict):
    """Everything that true answers need is there. When it is not, `checks` of the problem says what
    is missing.
    """

    status: Annotated[str, Field(examples=["ready"])]
    checks: Annotated[
        dict[str, str],
        Field(description="`ok`, or what is wrong: store, schema, coordinator, broker, results"),
    ]
    coordinator: Annotated[
        CoordinatorView, Field(description="which one leads, and which would take over")
    ]
    warnings: Annotated[
        list[str],
        Field(
            description="what does not make answers untrue: regions that flood the broker, or that"
            " report and are not configured"
        ),
    ]


@alive.get(
    "/v1/healthz",
    operation_id="alive",
    response_model=Alive,
    dependencies=[open_to_all("it tells that the process runs, and nothing else")],
)
async def healthz() -> Response:
    """200 as long as this process runs; it asks nothing of anybody else. For liveness probes."""
    return Response(encode({"status": "alive"}), media_type=JSON, headers=_FRESH)


router.include_router(alive)


@router.get(
    "/v1/readyz",
    operation_id="ready",
    response_model=Ready,
    responses=refused(503),
    dependencies=[requires(Scope.READ)],
)
async def readyz(sources: From) -> Response:
    """200 when the store answers, its schema is in place, the coordinator was heard recently and
    has a link to the broker, and results are stored while looks are ordered; else 503.
    """
    checks, warnings, picture = await _checks(sources)
    if any(found != OK for found in checks.values()):
        missing = "; ".join(f"{name}: {found}" for name, found in checks.items() if found != OK)
        raise ProblemError("not_ready", missing, checks=checks)
    told = {
        "status": "ready",
        "checks": checks,
        "coordinator": picture.coordinator_view if picture else None,
        "warnings": warnings,
    }
    return Response(encode(told), media_type=JSON, headers=_FRESH)


async def _checks(sources: Sources) -> tuple[dict[str, str], list[str], Picture | None]:
    try:
        async with timeout(_PATIENCE_S):
            await sources.store.ping()
    except TROUBLE:
        return dict.fromkeys(CHECKS, "the store does not answer"), [], None
    try:
        async with timeout(_PATIENCE_S):
            newest = await sources.store.results.last_received_at()
        snapshot = await sources.snapshots.current()
    except TROUBLE:
        return {**dict.fromkeys(CHECKS, "the tables cannot be read"), "store": OK}, [], None
    warnings = [warned for region in snapshot.picture.regions if (warned := trouble_of(region))]
    warnings += map(stranger, snapshot.picture.unknown_regions)
    return readiness(snapshot.picture, newest, now()), warnings, snapshot.picture
