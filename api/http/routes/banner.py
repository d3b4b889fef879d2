"""A banner for pages of others: JSON, or HTML to embed."""

from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from api.documents import banner as banners
from api.documents.banner import BannerView
from api.http.access.door import requires
from api.http.answers.encoding import BRIEFLY, JSON, answer, encode, ready
from api.http.answers.errors import invalid, not_judged
from api.http.answers.refusals import refused
from api.http.parameters import IdFilter
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope

router = Router(tags=["formats"], dependencies=[requires(Scope.READ)])

Service = Annotated[str, Query(max_length=64, description="id of the service")]
_HTML: Final = "text/html"


@router.get(
    "/v1/banner",
    operation_id="getBanner",
    response_model=BannerView,
    responses=refused(404, 422),
)
async def banner(
    request: Request, sources: From, service: Service, region: IdFilter = None
) -> Response:
    """Whether people are to be warned of a service, in one region or anywhere, in one sentence.

    With `Accept: text/html` it is the fragment of `/v1/banner.html`.
    """
    found = await _banner(sources, service, region)
    if request.headers.get("accept", "").startswith(_HTML):
        return _fragment(request, sources, found)
    return _varied(answer(request, ready(encode(found), JSON, BRIEFLY)))


@router.get(
    "/v1/banner.html",
    operation_id="getBannerHtml",
    response_class=Response,
    responses={200: {"content": {_HTML: {}}}, **refused(404, 422)},
)
async def banner_html(
    request: Request, sources: From, service: Service, region: IdFilter = None
) -> Response:
    """The same as a piece of HTML without script, to embed or to frame; hidden while all is well.

    Pages of the origins in OUTSCOPE_CORS_ORIGINS may frame it.
    """
    return _fragment(request, sources, await _banner(sources, service, region))


async def _banner(sources: Sources, service: str, region: str | None) -> BannerView:
    picture = (await sources.snapshots.current()).picture
    line = picture.lines.get(service)
    if line is None:
        raise not_judged(service)
    if region is not None and region not in picture.topology.region:
        raise invalid("region", "is none of the regions; /v1/regions lists them")
    return banners.banner_of(line, picture.open_incidents, region)


def _fragment(request: Request, sources: Sources, found: BannerView) -> Response:
    body = banners.fragment(found)
    given = answer(request, ready(body, banners.MEDIA_TYPE, BRIEFLY))
    given.headers["content-security-policy"] = banners.policy(sources.settings.origins)
    # older browsers: those that know frame-ancestors ignore it
    given.headers["x-frame-options"] = "SAMEORIGIN"
    return _varied(given)


def _varied(given: Response) -> Response:
    given.headers["vary"] = "Accept"
    return given
