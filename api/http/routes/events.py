"""What happens, as it happens: server-sent events, or the same over a WebSocket."""

from typing import Annotated, Any, Final

from fastapi import Header, Query, Request
from starlette.responses import Response

from api.documents.events import Event
from api.http.access.caller import Caller
from api.http.access.cookies import check_page
from api.http.access.door import requires
from api.http.access.following import while_let_in
from api.http.answers.errors import ProblemError, invalid, unknown_service
from api.http.answers.refusals import refused
from api.http.live.answer import EventStream
from api.http.live.frames import EVERYTHING, Wants
from api.http.live.line import Line
from api.http.live.socket import EventSocket, is_websocket
from api.http.live.stream import told
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

TYPES: Final = ("verdict", "incident", "fitness", "acknowledgement")
_MOST: Final = 100
_LIST: Final = r"^[a-z0-9_-]+(,[a-z0-9_-]+)*$"
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}
_MESSAGES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Event, "description": "events, one a message: this is its `data`"},
    101: {"description": "the same over a WebSocket, where the request opens one"},
    **refused(400, 403, 404, 422, 429),
}


Ids = Annotated[
    str | None,
    Query(description="only of these ids, separated by commas", max_length=4000, pattern=_LIST),
]


@router.get(
    "/v1/events",
    operation_id="followEvents",
    response_class=EventStream,
    responses=_MESSAGES,
)
async def events(
    request: Request,
    sources: From,
    who: Annotated[Caller, requires(Scope.READ)],
    type: Annotated[  # noqa: A002 - the name in the query
        str | None,
        Query(description=f"only of these: {', '.join(TYPES)}", max_length=100, pattern=_LIST),
    ] = None,
    service: Ids = None,
    component: Ids = None,
    region: Ids = None,
    after: Annotated[
        int | None,
        Query(ge=0, lt=2**63, description="all that happened behind this number comes first"),
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="as `after`; clients send it when they come back")
    ] = None,
    last: Annotated[
        int | None,
        Query(alias="last_event_id", ge=0, lt=2**63, description="as `after`, where no header can"),
    ] = None,
) -> Response:
    """Changes of verdicts, incidents, fitness and vendors' words as a stream of server-sent events.

    It begins with what happened behind `Last-Event-ID`, without loss and without a repeat, then
    `ready`, then all that comes, from whichever process is asked. `reset` says that what is asked
    for is not kept any more (a week is): read all anew. Every 15 s something comes, if only a
    comment. Who takes nothing for a thousand events is `dropped`. `data` is JSON.

    A request that opens a WebSocket gets the same over it: a message of JSON for each.
    """
    if is_websocket(request):
        check_page(request, who, sources.settings.origins)
    feed = sources.feed
    if feed.listeners >= sources.settings.listeners:
        raise ProblemError("too_many_listeners", f"{feed.listeners} follow events already")
    filters = (type, service, component, region)
    wants = await _wanted(sources, *filters) if any(filters) else EVERYTHING
    begin = _number(last_event_id) if last_event_id else _first(last, after)
    oldest = 0 if begin is None else await sources.store.events.oldest()
    line = Line()
    items = while_let_in(told(feed, wants, begin, oldest, line=line), who, sources, line)
    if is_websocket(request):
        return EventSocket(items, headers=_HEADERS)
    return EventStream(items, headers=_HEADERS, line=line)


def _first(*given: int | None) -> int | None:
    return next((one for one in given if one is not None), None)


async def _wanted(
    sources: Sources,
    types: str | None,
    services: str | None,
    components: str | None,
    regions: str | None,
) -> Wants:
    topology = (await sources.snapshots.current()).picture.topology
    parts = [part.id for service in topology.services for part in service.components]
    return Wants(
        _of("type", types, TYPES),
        _of("service", services, topology.service),
        _of("component", components, parts),
        _of("region", regions, topology.region),
    )


def _of(parameter: str, text: str | None, known: Any) -> frozenset[str]:
    """The ids in a list, all of them known."""
    if text is None:
        return frozenset()
    ids = text.split(",")
    if len(ids) > _MOST:
        raise invalid(parameter, f"names {len(ids)}; at most {_MOST}")
    for one in ids:
        if one not in known:
            raise _stranger(parameter, one, known)
    return frozenset(ids)


def _stranger(parameter: str, one: str, known: Any) -> ProblemError:
    if parameter == "service":
        return unknown_service(one)
    there = ", ".join(dict.fromkeys(list(known)[:_MOST])) or "none"
    return invalid(parameter, f"there is no {parameter} {one!r}; there is {there}")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ProblemError(
            "bad_cursor", f"Last-Event-ID {text[:40]!r} is not one that this API gave out"
        )
    return int(text)
