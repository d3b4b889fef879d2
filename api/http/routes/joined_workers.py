"""Workers that joined by an invitation: how each stands, and how its time ends."""

from typing import Annotated, Final

from fastapi import Path
from starlette.responses import Response

from api.documents.joined_workers import JoinedWorker, JoinedWorkers, joined_worker
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError
from api.http.answers.refusals import refused
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.joining.joined import Joined, joined
from worker.contract.clock import now
from worker.contract.message import IDENTIFIER

router = Router(tags=["joining"])

Operator = Annotated[Caller, requires(Scope.OPERATE)]
Region = Annotated[str, Path(pattern=IDENTIFIER, description="whose worker it is")]
Worker = Annotated[str, Path(pattern=IDENTIFIER, description="its name")]
_FRESH: Final = {"cache-control": "no-store"}
_ENDED: Final = refused(404, 409, 422)


@router.get("/v1/workers/joined", operation_id="listJoinedWorkers", response_model=JoinedWorkers)
async def joined_workers(sources: From, _who: Operator) -> Response:
    """The workers that joined, with their keys and how each stands. Who has a region's own
    credential is let in by the broker's access list, and is not among them; `GET /v1/workers` has
    everybody that was heard.
    """
    store = sources.store
    found = joined(await store.worker_keys.all(), await store.workers.all(), now())
    items = [joined_worker(one) for one in found]
    return Response(encode({"items": items}), media_type=JSON, headers=_FRESH)


@router.post(
    "/v1/workers/{region}/{worker}/drain",
    operation_id="drainWorker",
    response_model=JoinedWorker,
    responses=_ENDED,
)
async def drain(sources: From, who: Operator, region: Region, worker: Worker) -> Response:
    """Have a worker finish its looks, report them and leave: it ends within seconds, and ends again
    whenever it is started, until this is taken back.
    """
    found = await _let_in(sources, region, worker)
    line = who.line("worker drained", found.about)
    await sources.store.worker_keys.drain(region, worker, line.at, line)
    return _told(await _one(sources, region, worker))


@router.delete(
    "/v1/workers/{region}/{worker}/drain",
    operation_id="undrainWorker",
    response_model=JoinedWorker,
    responses=_ENDED,
)
async def undrain(sources: From, who: Operator, region: Region, worker: Worker) -> Response:
    """Let a worker that was told to leave work again, once it is started on its machine."""
    found = await _let_in(sources, region, worker)
    await sources.store.worker_keys.undrain(
        region, worker, who.line("drain cancelled", found.about)
    )
    return _told(await _one(sources, region, worker))


@router.post(
    "/v1/workers/{region}/{worker}/revoke",
    operation_id="revokeWorker",
    response_model=JoinedWorker,
    responses=refused(404, 422),
)
async def revoke(sources: From, who: Operator, region: Region, worker: Worker) -> Response:
    """Take a worker's key from it: within seconds it is thrown out of the broker with its open
    connections, and is let in no more. A repeat changes nothing.
    """
    found = await _one(sources, region, worker)
    if found.live:
        line = who.line("worker revoked", found.about)
        await sources.store.worker_keys.revoke(region, worker, line.at, line)
    return _told(await _one(sources, region, worker))


@router.delete(
    "/v1/workers/{region}/{worker}",
    operation_id="removeWorker",
    status_code=204,
    response_class=Response,
    responses=_ENDED,
)
async def remove(sources: From, who: Operator, region: Region, worker: Worker) -> Response:
    """Forget a worker that was revoked or drained; another may have its name."""
    found = await _one(sources, region, worker)
    if found.may_work:
        raise ProblemError(
            "still_works", f"{found.about} may still work; drain it or revoke it first"
        )
    line = who.line("worker removed", found.about)
    await sources.store.worker_keys.remove(region, worker, line)
    return Response(status_code=204, headers=_FRESH)


async def _one(sources: Sources, region: str, worker: str) -> Joined:
    keys = await sources.store.worker_keys.of_worker(region, worker)
    if not keys:
        raise ProblemError("not_joined", f"No worker {region}/{worker} has joined")
    (found,) = joined(keys, await sources.store.workers.all(), now())
    return found


async def _let_in(sources: Sources, region: str, worker: str) -> Joined:
    found = await _one(sources, region, worker)
    if not found.live:
        raise ProblemError("unknown_worker", f"{found.about} was revoked: it works no more")
    return found


def _told(found: Joined) -> Response:
    return Response(encode(joined_worker(found)), media_type=JSON, headers=_FRESH)
