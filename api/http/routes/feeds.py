"""What happened in a service or a region, for feed readers and calendars."""

from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from api.documents import calendar as calendars
from api.documents import feed as feeds
from api.documents.feed import Channel
from api.http.access.door import requires, requires_unless_public
from api.http.answers.encoding import BRIEFLY, answer, ready
from api.http.answers.errors import ProblemError
from api.http.answers.prefix import origin
from api.http.answers.refusals import refused
from api.http.parameters import Identifier
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from api.http.sources.stories import coming, line_of, stories_of
from coordinator.access.scopes import Scope
from worker.contract.clock import now

router = Router(tags=["formats"])

SERVICE: Final = "/v1/services/{id}/incidents"
REGION: Final = "/v1/regions/{id}/incidents"
_OPEN: Final = [requires_unless_public(Scope.READ)]
_READ: Final = [requires(Scope.READ)]


def _given(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}}, **refused(404)}


@router.get(
    f"{SERVICE}.atom",
    operation_id="getAtom",
    response_class=Response,
    responses=_given(feeds.MEDIA_TYPE),
    dependencies=_OPEN,
)
async def atom(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What happened to the newest 25 incidents of the service, as an Atom feed."""
    channel = await _service(request, sources, id)
    body = feeds.atom(channel, await stories_of(sources, id))
    return _kept(request, body, feeds.MEDIA_TYPE)


@router.get(
    f"{SERVICE}.rss",
    operation_id="getRss",
    response_class=Response,
    responses=_given(feeds.RSS_MEDIA_TYPE),
    dependencies=_OPEN,
)
async def rss(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What happened to the newest 25 incidents of the service, as RSS 2.0."""
    channel = await _service(request, sources, id)
    body = feeds.rss(channel, await stories_of(sources, id))
    return _kept(request, body, feeds.RSS_MEDIA_TYPE)


@router.get(
    f"{SERVICE}.ics",
    operation_id="getCalendar",
    response_class=Response,
    responses=_given(calendars.MEDIA_TYPE),
    dependencies=_OPEN,
)
async def ics(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The newest 25 incidents of the service as a calendar (iCalendar), and its announced
    maintenance of the next 31 days.

    An event begins when the incident had begun at the latest, and its description says in which
    interval. One that goes on ends when it was last spoken of.
    """
    at = now()
    channel = await _service(request, sources, id)
    works = await coming(sources, id, at)
    body = calendars.ical(channel, await stories_of(sources, id), works, at)
    return _kept(request, body, calendars.MEDIA_TYPE)


@router.get(
    f"{REGION}.atom",
    operation_id="getRegionAtom",
    response_class=Response,
    responses=_given(feeds.MEDIA_TYPE),
    dependencies=_READ,
)
async def region_atom(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What happened to the newest 25 incidents, of whichever service, that reach the region or ever
    did, as an Atom feed.
    """
    channel = await _region(request, sources, id)
    body = feeds.atom(channel, await stories_of(sources, region=id))
    return _kept(request, body, feeds.MEDIA_TYPE)


@router.get(
    f"{REGION}.rss",
    operation_id="getRegionRss",
    response_class=Response,
    responses=_given(feeds.RSS_MEDIA_TYPE),
    dependencies=_READ,
)
async def region_rss(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """What happened to the newest 25 incidents, of whichever service, that reach the region or ever
    did, as RSS 2.0.
    """
    channel = await _region(request, sources, id)
    body = feeds.rss(channel, await stories_of(sources, region=id))
    return _kept(request, body, feeds.RSS_MEDIA_TYPE)


@router.get(
    f"{REGION}.ics",
    operation_id="getRegionCalendar",
    response_class=Response,
    responses=_given(calendars.MEDIA_TYPE),
    dependencies=_READ,
)
async def region_ics(request: Request, sources: From, id: Identifier) -> Response:  # noqa: A002 - the name in the path
    """The newest 25 incidents that reach the region or ever did as a calendar (iCalendar);
    announced maintenance is in those of services.
    """
    channel = await _region(request, sources, id)
    body = calendars.ical(channel, await stories_of(sources, region=id), (), now())
    return _kept(request, body, calendars.MEDIA_TYPE)


async def _service(request: Request, sources: Sources, identifier: str) -> Channel:
    name = (await line_of(sources, identifier))["name"]
    return Channel(name, origin(request), request.url.path, {identifier: name})


async def _region(request: Request, sources: Sources, identifier: str) -> Channel:
    topology = (await sources.snapshots.current()).picture.topology
    found = topology.region.get(identifier)
    if found is None:
        raise ProblemError(
            "not_configured", f"No region {identifier[:80]!r} is configured; /v1/regions lists them"
        )
    names = {one.id: one.name for one in topology.services}
    return Channel(found.name, origin(request), request.url.path, names)


def _kept(request: Request, body: bytes, media_type: str) -> Response:
    return answer(request, ready(body, media_type, BRIEFLY))
