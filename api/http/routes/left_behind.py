"""What did not arrive: reports that could not be taken in, and messages that were given up."""

from typing import Annotated, Final, Literal

from fastapi import Path, Query, Request
from starlette.responses import Response

from api.documents.left_behind import DeadLetters, DeadLetterView, Notices, WholeDeadLetter
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import ProblemError
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED, refused
from api.http.parameters import Cursor, Identifier, Limit
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope

router = Router(tags=["fleet"])

Operator = Annotated[Caller, requires(Scope.OPERATE)]
State = Annotated[
    Literal["due", "sent", "given_up"] | None, Query(description="only those in this state")
]
Number = Annotated[
    int, Path(ge=1, lt=2**63, description="a message, as `GET /v1/notices` lists them")
]
MOST_SHOWN: Final = 65_536
"""So many bytes of a message are shown."""
_FRESH: Final = {"cache-control": "no-store"}


@router.get("/v1/dead-letters", operation_id="listDeadLetters", response_model=DeadLetters)
async def dead_letters(sources: From, _who: Operator) -> Response:
    """Reports of workers that could not be taken in, each with its reason; they hold up nothing.
    The same one again is counted, not listed twice.
    """
    return _told({"items": await sources.store.dead_letters.all()})


@router.get(
    "/v1/dead-letters/{id}",
    operation_id="getDeadLetter",
    response_model=WholeDeadLetter,
    responses=refused(404),
)
async def dead_letter(sources: From, _who: Operator, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """One of them with the beginning of its message."""
    found = await sources.store.dead_letters.one(id)
    if found is None:
        raise _unknown(id)
    told, body = found
    return _told({**told, "body": body[:MOST_SHOWN].decode("utf-8", "backslashreplace")})


@router.post(
    "/v1/dead-letters/{id}/retry",
    operation_id="retryDeadLetter",
    status_code=202,
    response_model=DeadLetterView,
    responses=refused(404, 409),
)
async def retry(sources: From, who: Operator, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Have one read again by the coordinator, within a second or two; one that fails again stays
    set aside, with another count. A repeat does no harm.
    """
    told = await _known(sources, id)
    line = who.line("report read again", f"{id} of {told['region']}")
    if not await sources.store.dead_letters.retry([id], line):
        raise ProblemError("cannot_retry", f"{id} is too large, or no message any more: read it")
    return _told({**told, "again": True}, 202)


@router.delete(
    "/v1/dead-letters/{id}",
    operation_id="discardDeadLetter",
    status_code=204,
    response_class=Response,
    responses=refused(404),
)
async def discard(sources: From, who: Operator, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """Delete one for good: it cannot be read again then, and nobody sees why it was refused."""
    told = await _known(sources, id)
    line = who.line("report discarded", f"{id} of {told['region']}")
    await sources.store.dead_letters.discard([id], line)
    return Response(status_code=204, headers=_FRESH)


@router.get("/v1/notices", operation_id="listNotices", response_model=Notices, responses=FILTERED)
async def notices(
    request: Request,
    sources: From,
    _who: Operator,
    state: State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Messages of `notify`: what was said to whom, and what became of it; the newest first."""
    behind = checked(request, cursor, numbered=True)
    found = await sources.store.deliveries.page(None, behind, limit, state)
    return page(request, found.items, found.next)


@router.post(
    "/v1/notices/{id}/again",
    operation_id="sendNoticeAgain",
    status_code=204,
    response_class=Response,
    responses=refused(404, 422),
)
async def again(sources: From, who: Operator, id: Number) -> Response:  # noqa: A002 - the name in the path
    """Have a message delivered that was given up. It is on its way then, and not given up any
    more.
    """
    line = who.line("message sent again", str(id))
    if not await sources.store.deliveries.send_again(id, line.at, line):
        raise ProblemError("not_given_up", f"No message {id} was given up; it may have arrived")
    return Response(status_code=204, headers=_FRESH)


async def _known(sources: Sources, identifier: str) -> dict[str, object]:
    found = await sources.store.dead_letters.one(identifier)
    if found is None:
        raise _unknown(identifier)
    return found[0]


def _unknown(identifier: str) -> ProblemError:
    return ProblemError("unknown_dead_letter", f"Nothing of id {identifier[:40]!r} is set aside")


def _told(document: object, status: int = 200) -> Response:
    return Response(encode(document), status, media_type=JSON, headers=_FRESH)
