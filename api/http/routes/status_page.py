"""Public status pages: `/status/ID` for everybody, with what it loads, its feeds and badges.

Not part of the API's document: they are for people. What a page shows is public because the
configuration says so.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.documents import badge as badges
from api.documents import feed as feeds
from api.http.access.door import open_to_all
from api.http.answers.encoding import ready
from api.http.answers.errors import ProblemError
from api.http.answers.prefix import origin
from api.http.kept.marks import Made, keep
from api.http.publishing.asked import Page, given
from api.http.publishing.rendering import IMAGE_POLICY, KEPT
from api.http.publishing.telling import channel_of, stories_on
from api.http.shapes import Router
from api.http.sources.sources import From

router = Router(
    include_in_schema=False,
    dependencies=[open_to_all("the configuration makes these pages for everybody")],
)
PAGE: Final = "/status/{id}"


_FEEDS: Final[Mapping[str, tuple[str, feeds.Writer]]] = {
    "atom": (feeds.MEDIA_TYPE, feeds.atom),
    "rss": (feeds.RSS_MEDIA_TYPE, feeds.rss),
}


@router.get(PAGE, response_model=None)
async def page(request: Request, sources: From, kept: Page) -> Response:
    """The page."""
    keep(request, Made(await sources.snapshots.current(), for_all=True))
    return given(request, kept.document)


@router.get(PAGE + "/incidents.{kind}", response_model=None)
async def feed(request: Request, sources: From, kept: Page, kind: str) -> Response:
    """What happened to the services on it, as a feed."""
    if kind not in _FEEDS:
        raise ProblemError("not_found", "The feeds of a status page end in .atom and .rss")
    media_type, write = _FEEDS[kind]
    picture = (await sources.snapshots.current()).picture
    channel = channel_of(kept.page, picture.topology, origin(request), request.url.path)
    stories = await stories_on(sources, kept.page, picture.topology)
    return given(request, ready(write(channel, stories), media_type, KEPT))


@router.get(PAGE + "/badges/{service}.svg", response_model=None)
async def badge(request: Request, sources: From, kept: Page, service: str) -> Response:
    """A service on it as a small picture with words."""
    line = (await sources.snapshots.current()).picture.lines.get(service)
    if line is None or service not in {one.id for one in kept.view.services}:
        raise ProblemError("not_found", "This status page shows no such service")
    return given(request, ready(badges.badge(line), badges.MEDIA_TYPE, KEPT), IMAGE_POLICY)


@router.get(PAGE + "/{name}", response_model=None)
async def file(request: Request, kept: Page, name: str) -> Response:
    """What it loads: its style sheet and its logo."""
    found = kept.files.documents.get(name)
    if found is None:
        raise ProblemError("not_found", "There is nothing at this address")
    return given(request, found, IMAGE_POLICY)
