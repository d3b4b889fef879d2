"""Workers that join: a token for the rights of one worker."""

import asyncio
from dataclasses import replace
from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.documents.joining import Joined
from api.http.access.door import own_credential
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError
from api.http.answers.refusals import refused
from api.http.held import held
from api.http.parameters import caller
from api.http.shapes import Router
from api.http.sources.attempts import Attempts
from api.http.sources.relaying import NO_RELAY, Relaying, Through
from api.http.sources.sources import From
from coordinator.joining.admission import Asked, RefusedError, admission, check_clock
from coordinator.joining.meeting import NO_ADDRESS, STANDING, Meeting, meeting_of
from coordinator.joining.token import digest_of
from coordinator.messaging.acl import worker_user
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.joining.keys import WorkerKey
from worker.contract.clock import monotonic_s, now
from worker.contract.http.joining import (
    MOST_BYTES,
    PATH,
    JoinAnswer,
    JoinRequest,
    rabbitmq_user,
)
from worker.contract.settings.rabbitmq import is_rabbitmq

router = Router(tags=["joining"])

APPLIED_S: Final = 5.0
"""So long the answer waits for the broker to know the worker."""
LOOK_S: Final = 0.1
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": JoinRequest.model_json_schema()}},
    }
}


async def _attempts(request: Request) -> Attempts:
    return held(request, "attempts", Attempts)


Kept = Annotated[Attempts, Depends(_attempts)]


@router.post(
    PATH,
    operation_id="join",
    response_model=Joined,
    responses=refused(403, 409, 413, 422, 429, 503),
    dependencies=[
        own_credential("a token of `outscope worker invite`", "it lets in one worker, once")
    ],
    openapi_extra=_BODY,
)
async def join(request: Request, sources: From, attempts: Kept, relaying: Through) -> Response:
    """Exchange a token (`outscope worker invite`) for the rights of one worker at the broker.

    The worker makes its secret itself and tells only the SHA-256 of it. A token is good once; the
    same request again, when its answer was lost, is answered as the first one was. Ten refusals a
    minute of one client, then `429`.
    """
    address = caller(request)
    attempts.check(address, monotonic_s())
    try:
        asked = _read(await _body(request), address)
        check_clock(asked)
        told_of = await _told(sources.store)
        relay = _relay(asked.request, relaying, told_of)
        meeting = _reached(told_of, address, relay, relaying)
        _check_hash(meeting, asked)
        regions = await _regions(sources.store)
        key = await sources.store.invitations.redeem(asked.digest, admission(asked, regions))
    except RefusedError as error:
        if attempts.refused(address, monotonic_s()):
            about = f"{error.code} {error.about}".strip()
            await sources.store.audit.add(Entry(now(), address, "join refused", about, address))
        raise _problem(error) from None
    if meeting.manages:
        await _until_applied(sources.store, key)
    told = JoinAnswer(
        region=key.region,
        worker=key.worker,
        user=_user(meeting, key),
        broker=meeting.broker,
        broker_ca=meeting.broker_ca,
        coordinator_key=meeting.coordinator_key,
        relay=relay,
    )
    headers = {"cache-control": "no-store"}
    return Response(encode(told.model_dump()), media_type=JSON, headers=headers)


def _check_hash(meeting: Meeting, asked: Asked) -> None:
    """RabbitMQ compares another hash than Redis; an older worker does not tell it."""
    if is_rabbitmq(meeting.broker) and not asked.request.secret_salted:
        raise RefusedError(
            "invalid_parameter",
            "this worker is older than joining at RabbitMQ; renew it on its machine first",
        )


def _user(meeting: Meeting, key: WorkerKey) -> str:
    """As whom the worker comes to the broker."""
    if is_rabbitmq(meeting.broker):
        return rabbitmq_user(key.region, key.worker, key.digest)
    return worker_user(key.region, key.worker)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise RefusedError("too_large", f"a request to join has at most {MOST_BYTES} bytes")
    return body


def _read(body: bytes, address: str) -> Asked:
    """What is asked; nothing of it is repeated when it makes no sense, for it may be a token."""
    try:
        asked = JoinRequest.model_validate_json(body)
    except ValidationError as error:
        places = {".".join(map(str, one["loc"])) or "the body" for one in error.errors()}
        named = ", ".join(sorted(places & {"the body", *JoinRequest.model_fields}))
        raise RefusedError(
            "invalid_parameter",
            f"this is no request to join: wrong or missing is {named}; use outscope-worker join of"
            " the same version",
        ) from None
    return Asked(asked, digest_of(asked.token), address, now())


async def _told(store: Store) -> Meeting:
    """Where workers meet the coordinator, as it wrote it down."""
    meeting = meeting_of((await store.standings.all(STANDING)).get(STANDING))
    if meeting is None:
        raise RefusedError(
            "cannot_join", "the coordinator has not run yet; start it, then join again"
        )
    return meeting


def _relay(asked: JoinRequest, relaying: Relaying, meeting: Meeting) -> str:
    """The relay that a worker is told of, if it knows what that is; a relay knows no RabbitMQ."""
    relay = relaying.address if asked.relays and not is_rabbitmq(meeting.broker) else ""
    if asked.needs_relay and not relay:
        raise RefusedError("cannot_join", NO_RELAY)
    return relay


def _reached(meeting: Meeting, address: str, relay: str, relaying: Relaying) -> Meeting:
    """Where the worker will meet the coordinator, which must be known before it is let in. With a
    relay it need not be told of a broker that it cannot reach.
    """
    if not meeting.broker and not (relay and relaying.knows_broker):
        raise RefusedError("cannot_join", NO_ADDRESS)
    if not meeting.is_here or address in ("127.0.0.1", "::1", "localhost", ""):
        return meeting
    if relay:
        return replace(meeting, broker="", broker_ca="")
    raise RefusedError(
        "broker_elsewhere",
        f"the broker is known as {meeting.broker}, which is another machine's own from where"
        f" you are; {NO_ADDRESS}",
    )


async def _regions(store: Store) -> set[str]:
    found = await store.configurations.current()
    return {region["id"] for region in (found[1] if found else {}).get("regions", ())}


async def _until_applied(store: Store, key: WorkerKey) -> None:
    """Wait until the broker knows the worker, for a while: it comes by itself when not."""
    patience_s = monotonic_s() + APPLIED_S
    while key.applied_at is None and monotonic_s() < patience_s:
        await asyncio.sleep(LOOK_S)
        key = await store.worker_keys.of(key.id) or key


def _problem(error: RefusedError) -> ProblemError:
    return ProblemError(error.code, error.sentence)
