"""Services and their verdicts."""

import re
from asyncio import timeout
from typing import Final, NoReturn

from fastapi import Request
from starlette.responses import Response

from api.documents.answered import AnsweredFrom, answered_from
from api.documents.evidence import ServiceEvidence, names_of, service_evidence
from api.documents.overview import Overview
from api.documents.picture.picture import Picture
from api.documents.picture.standing import whole
from api.documents.services import Matrix, ServiceDetail, Services
from api.http.access.door import requires
from api.http.answers.encoding import answer, document
from api.http.answers.errors import ProblemError, unknown_service
from api.http.answers.refusals import MISSING, refused
from api.http.kept.marks import Made, keep
from api.http.parameters import PATIENCE_S, AtTime, Identifier, past
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store import ResultFilter
from coordinator.store.results.striking import is_struck
from worker.contract import clock
from worker.contract.instant import Instant, rfc3339
from worker.contract.message import IDENTIFIER

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

ANSWERED_MS: Final = 600_000
ANSWERED_LOOKS: Final = 5000
_ID: Final = re.compile(IDENTIFIER)


@router.get("/v1/overview", operation_id="overview", response_model=Overview)
async def overview(request: Request, sources: From) -> Response:
    """All services with their cells, all regions and the open incidents in one document, with a
    strong ETag.

    Poll it with `If-None-Match`. Without cells it is `/v1/board`, which the page at `/` asks for.
    """
    snapshot = await sources.snapshots.current()
    keep(request, Made(snapshot))
    return answer(request, snapshot.overview)


@router.get("/v1/services", operation_id="listServices", response_model=Services)
async def services(request: Request, sources: From) -> Response:
    """Every service that is judged, with its verdict, in the order of the configuration.

    References are left out: they only tell which region is fit to speak. Strong ETag.
    """
    snapshot = await sources.snapshots.current()
    keep(request, Made(snapshot))
    return answer(request, snapshot.services)


@router.get(
    "/v1/services/{id}", operation_id="getService", response_model=ServiceDetail, responses=MISSING
)
async def service(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """One service: verdict, cells, the evidence to recompute it from, and its open incidents.

    Before the first verdict its scope is `unknown` and its reason `no verdict yet`.
    """
    snapshot = await sources.snapshots.current()
    found = snapshot.picture.detail(id)
    keep(request, Made(snapshot))
    return answer(request, document(found or _unknown(id)))


@router.get(
    "/v1/services/{id}/matrix",
    operation_id="getServiceMatrix",
    response_model=Matrix,
    responses=MISSING,
)
async def matrix(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Component by region of one service: a cell for each pair that is looked at."""
    snapshot = await sources.snapshots.current()
    found = snapshot.picture.matrix(id)
    keep(request, Made(snapshot))
    return answer(request, document(found or _unknown(id)))


@router.get(
    "/v1/services/{id}/evidence",
    operation_id="getServiceEvidence",
    response_model=ServiceEvidence,
    responses=refused(404, 422),
)
async def evidence(
    request: Request,
    sources: From,
    id: Identifier,  # noqa: A002 - the name in the path
    at: AtTime = None,
) -> Response:
    """How the verdict came about that stands, or stood at a time: in numbers, and in sentences for
    people.

    With `at` it is as it was when it was last said that something changed; later looks are not in
    it.
    """
    snapshot = await sources.snapshots.current()
    picture = snapshot.picture
    moment = past("at", at)
    if moment is not None:
        stood = await sources.store.verdicts.standing(id, moment) if _ID.fullmatch(id) else None
        verdict = whole(stood) if stood else _nothing(picture, id, moment)
    else:
        found = picture.detail(id)
        verdict = found["verdict"] if found else _unknown(id)
        keep(request, Made(snapshot))
    return answer(request, document(service_evidence(id, verdict, names_of(picture.topology, id))))


@router.get(
    "/v1/services/{id}/answered-from",
    operation_id="getServiceAnsweredFrom",
    response_model=AnsweredFrom,
    responses=refused(404),
)
async def answered(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """From which country, network and edge each region was answered in the last ten minutes, and
    how often in vain.

    Regions that fail together often share a place that answers them. At most the newest 5,000 looks
    are counted.
    """
    if id not in (await sources.snapshots.current()).picture.topology.service:
        _unknown(id)
    since = clock.now() - ANSWERED_MS
    async with timeout(PATIENCE_S):
        found = await sources.archive.results.page(
            ResultFilter(service=id, since=since), None, ANSWERED_LOOKS
        )
        strikes = await sources.store.striking.standing()
    counting = [one for one in found.items if not is_struck(one, strikes)]
    return answer(
        request,
        document({"service": id, "since": rfc3339(since), "groups": answered_from(counting)}),
    )


def _nothing(picture: Picture, identifier: str, at: Instant) -> NoReturn:
    if identifier not in picture.topology.service:
        _unknown(identifier)
    raise ProblemError(
        "no_verdict", f"Nothing was said of {identifier!r} at {rfc3339(at)}, nor before"
    )


def _unknown(identifier: str) -> NoReturn:
    raise unknown_service(identifier)
