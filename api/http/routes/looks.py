"""Looks now: ordered at once, whatever is due when, and told as they come back."""

from hashlib import sha256
from secrets import token_hex
from typing import Annotated, Final

from fastapi import Header, Request
from starlette.responses import Response

from api.documents.looks import LookJobView, LooksAsked, look_job
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import BusyError, ProblemError, wrong_body
from api.http.answers.refusals import refused
from api.http.parameters import Identifier
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.wishes import Wished
from coordinator.store.audit import digest_of
from coordinator.store.looking.look_jobs import (
    MOST_AT_ONCE,
    MOST_LOOKS,
    KeyReusedError,
    LookJob,
    TooManyJobsError,
)
from worker.contract.clock import now

router = Router(tags=["looks"])

TAKEN_WITHIN_MS: Final = 30_000
"""A coordinator takes it up within a second; one that takes over from another needs longer."""
_HEADERS: Final = {"cache-control": "no-store"}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": LooksAsked.model_json_schema()}},
    }
}
Operator = Annotated[Caller, requires(Scope.OPERATE)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="a repeat with the same key within a day answers the same job",
        pattern=r"^[!-~]{1,255}$",
    ),
]


@router.post(
    "/v1/looks",
    operation_id="lookNow",
    status_code=202,
    response_model=LookJobView,
    responses=refused(413, 422, 429),
    openapi_extra=_BODY,
)
async def post(
    request: Request, sources: From, who: Operator, idempotency_key: Key = None
) -> Response:
    """Have looks made now, besides those that are due: of a check or a service, from all of its
    regions or some. Ask the job what came of each.

    They are extra looks under the caps of all others; what may not be ordered says why. A service
    may be a reference.
    """
    asked = await json_body(request, LooksAsked)
    topology = (await sources.snapshots.current()).picture.topology
    wished = _wished(asked, topology)
    at, told = now(), asked.model_dump(exclude_none=True)
    job = LookJob(token_hex(8), told, wished, at, who.who, at + TAKEN_WITHIN_MS)
    key = None if idempotency_key is None else _key(who, idempotency_key)
    about = f"{asked.check or asked.service} from {', '.join(asked.regions or ['all'])}"
    line = who.line("looks asked for", about)
    try:
        job = await sources.store.look_jobs.add(job, key, digest_of(told), line)
    except KeyReusedError:
        raise ProblemError(
            "key_reused", "This Idempotency-Key came with another body; take a new key"
        ) from None
    except TooManyJobsError as error:
        sentence = f"{MOST_AT_ONCE} such requests are going on; ask again when one is over"
        raise BusyError("too_many_looks", sentence, 1 + error.wait_ms // 1000) from None
    # relative to the address that was asked, wherever a proxy put it
    headers = {**_HEADERS, "location": f"looks/{job.id}"}
    return Response(await _told(sources, job), 202, headers, JSON)


@router.get(
    "/v1/looks/{id}",
    operation_id="getLooks",
    response_model=LookJobView,
    responses=refused(404),
    dependencies=[requires(Scope.READ)],
)
async def get(sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What came of looks that were asked for within the last day: results as they are stored, and
    why there is none.
    """
    job = await sources.store.look_jobs.find(id, now())
    if job is None:
        raise ProblemError("unknown_looks", f"Nobody asked for looks {id[:40]!r} within a day")
    return Response(await _told(sources, job), 200, _HEADERS, JSON)


async def _told(sources: Sources, job: LookJob) -> bytes:
    results = await sources.store.look_jobs.results(job)
    return encode(look_job(job, results, now()))


def _key(who: Caller, key: str) -> str:
    """Keys of one caller mean nothing for others."""
    return sha256(f"{who.token or who.who}\n{key}".encode()).hexdigest()


def _wished(asked: LooksAsked, topology: Topology) -> list[Wished]:
    checks = _checks(asked, topology)
    if asked.regions is not None:
        _know(asked.regions, checks, topology)
    wished = [
        Wished(check.id, region)
        for check in checks
        for region in check.regions
        if asked.regions is None or region in asked.regions
    ]
    if not wished:
        raise wrong_body("service", "nothing of it is looked at")
    if len(wished) > MOST_LOOKS:
        raise wrong_body(
            "regions",
            f"these would be {len(wished)} looks, and {MOST_LOOKS} may be asked for at once: name"
            " one check, or fewer regions",
        )
    return wished


def _checks(asked: LooksAsked, topology: Topology) -> list[Check]:
    if (asked.check is None) == (asked.service is None):
        raise wrong_body("check", "give either `check` or `service`")
    if asked.check is not None:
        if asked.check not in topology.check:
            near = did_you_mean(asked.check, topology.check)
            raise wrong_body("check", f"no check {asked.check!r} is configured; {near}")
        return [topology.check[asked.check]]
    service = asked.service or ""
    if service not in topology.service:
        near = did_you_mean(service, topology.service)
        raise wrong_body("service", f"no service {service!r} is configured; {near}")
    return list(topology.checks_of(service))


def _know(regions: list[str], checks: list[Check], topology: Topology) -> None:
    looking = topology.regions_of(checks)
    for region in regions:
        if region not in looking:
            near = did_you_mean(region, looking)
            raise wrong_body("regions", f"it is not looked at from a region {region!r}; {near}")
