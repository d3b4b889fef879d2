"""The relay: workers that reach nothing but HTTPS ask for orders here, and leave reports."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from api.documents.relay import Orders, Seen, Taken
from api.http.access.door import open_to_all, own_credential
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import BusyError, ProblemError
from api.http.answers.refusals import refused
from api.http.parameters import caller
from api.http.shapes import Router
from api.http.sources.relaying import Relaying, Through
from coordinator.relay.flow import Taking
from coordinator.relay.holder import holder_of
from coordinator.relay.refusals import RelayError, broker_full, malformed, too_large
from coordinator.relay.relay import Relay
from coordinator.relay.session import NOTHING, Batch, Session
from coordinator.relay.wire import reports_in, told
from coordinator.store.audit import Entry
from worker.contract.clock import monotonic_s, now
from worker.contract.http.relaying import (
    ADDRESS,
    BOOT,
    BOOT_FORM,
    MOST_QUESTION,
    MOST_REPORTS,
    ORDERS,
    REPORTS,
    SEEN_FROM,
    Wanted,
)

router = Router(tags=["joining"])

_OF_WORKERS: Final = own_credential(
    "a worker's user and secret (HTTP Basic)", "the broker judges it, and a worker asks for itself"
)

_HERE_BYTES: Final = 65_536
"""Reports that are longer are unpacked on a thread."""
_ASKED: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Wanted.model_json_schema()}},
    }
}
_LEFT: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}


@router.get(
    ADDRESS,
    operation_id="seen_from",
    response_model=Seen,
    dependencies=[open_to_all("it tells who asks its own address")],
)
async def seen_from(request: Request) -> Response:
    """From which address this request came: what a worker behind NAT cannot know by itself."""
    return _answer(request, encode({"address": caller(request)}))


@router.post(
    ORDERS,
    operation_id="relay_orders",
    response_model=Orders,
    responses=refused(403, 404, 413, 422, 503),
    dependencies=[_OF_WORKERS],
    openapi_extra=_ASKED,
)
async def orders(request: Request, relaying: Through) -> Response:
    """What came for a worker: orders and receipts. Waits as long as is asked for when there is
    nothing. By the worker's own user and secret (HTTP Basic), which the broker judges.
    """
    async with _served(request, relaying) as (relay, session):
        body = await _body(request, MOST_QUESTION)
        try:
            wanted = Wanted.model_validate_json(body)
        except ValidationError:
            raise malformed("this is no question for orders") from None
        batch = await _waited(request, relay, session, wanted)
    return _answer(request, told(batch.tag, batch.messages))


@router.post(
    REPORTS,
    operation_id="relay_reports",
    response_model=Taken,
    responses=refused(403, 404, 413, 422, 429, 503),
    dependencies=[_OF_WORKERS],
    openapi_extra=_LEFT,
)
async def reports(request: Request, relaying: Through) -> Response:
    """Leave reports, one JSON object a line, for the broker; by the worker's own user and secret.

    The same reports again do no harm, for results have ids of their own.
    """
    async with _served(request, relaying) as (relay, session), session.share.reporting:
        session.check_flow()
        if int(request.headers.get("content-length") or 0) > MOST_REPORTS:
            raise too_large(f"the reports of one request have at most {MOST_REPORTS} bytes")
        coding = request.headers.get("content-encoding", "").strip().lower()
        with Taking(relay.room) as taking:
            found = await _read(await _body(request, MOST_REPORTS, taking), coding)
            session.share.flow.took(sum(map(len, found)))
            await session.put(found)
    return _answer(request, encode({"taken": len(found)}))


@asynccontextmanager
async def _served(request: Request, relaying: Relaying) -> AsyncIterator[tuple[Relay, Session]]:
    """The relay, and who asks; what goes wrong becomes a problem, and misuse of a key a line."""
    relay, session = relaying.relay, None
    if relay is None:
        raise ProblemError("not_found", relaying.elsewhere)
    try:
        holder = holder_of(request.headers.get("authorization", ""))
        boot = request.headers.get(BOOT, "")
        if not re.fullmatch(BOOT_FORM, boot):
            raise malformed(f"the header {BOOT} is missing or wrong")
        session = await relay.session(holder, boot)
        yield relay, session
    except RelayError as error:
        why = error if session is None else await relay.fault(session, error)
        if why.code == "key_refused":
            await _tell(request, relaying)
        raise _problem(why) from None


async def _waited(request: Request, relay: Relay, session: Session, wanted: Wanted) -> Batch:
    """What comes within the wait; nothing when it is over, or the worker asks anew."""
    turn = session.ask(wanted.acknowledged)
    until_s = monotonic_s() + wanted.wait_s
    while True:
        batch = await session.next(until_s - monotonic_s())
        over = relay.leaving or monotonic_s() >= until_s or not session.has(turn)
        if batch.messages or over or await request.is_disconnected():
            return batch if session.has(turn) else NOTHING


async def _body(request: Request, most: int, taking: Taking | None = None) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        if taking is not None and not taking.more(len(chunk)):
            raise broker_full()
        body += chunk
        if len(body) > most:
            raise too_large(f"this request has more than {most} bytes, which is as many as may")
    return bytes(body)


async def _read(body: bytes, coding: str) -> list[bytes]:
    if len(body) < _HERE_BYTES and coding != "gzip":
        return reports_in(body, coding)
    return await asyncio.to_thread(reports_in, body, coding)


async def _tell(request: Request, relaying: Relaying) -> None:
    """A line of the audit log about a key that is good no more, or never was."""
    try:
        who = holder_of(request.headers.get("authorization", ""))
    except RelayError:
        return  # no key at all
    about, address = f"{who.region}/{who.worker}", caller(request)
    if relaying.misuse.is_news(about, address, monotonic_s()):
        entry = Entry(now(), address, "relay refused", f"key_refused {about}", address)
        await relaying.store.audit.add(entry)


def _problem(error: RelayError) -> ProblemError:
    if error.again_s:
        return BusyError(error.code, error.sentence, error.again_s)
    return ProblemError(error.code, error.sentence)


def _answer(request: Request, body: bytes) -> Response:
    headers = {"cache-control": "no-store", SEEN_FROM: caller(request)}
    return Response(body, media_type=JSON, headers=headers)
