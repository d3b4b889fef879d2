"""Is it me? Services as seen from near whoever asks."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.responses import Response

from api.documents.here import Here, here, whose
from api.http.access.door import requires
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import not_judged
from api.http.answers.refusals import refused
from api.http.held import held_from_thread
from api.http.kept.marks import Made, Own, keep
from api.http.parameters import IdFilter, caller
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.geodata.places import Places

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

_HEADERS: Final = {"cache-control": "no-store"}


async def places_of(request: Request, sources: From) -> Places:
    """The databases of countries and networks, opened when they are asked for first, which takes a
    second.
    """
    return await held_from_thread(request, "places", partial(_opened, sources))


def _opened(sources: Sources) -> Places:
    named = [sources.settings.environ.get(f"OUTSCOPE_GEOIP_{kind}") for kind in ("COUNTRY", "ASN")]
    country, asn = (Path(path) if path else None for path in named)
    return Places(country, asn)


@router.get("/v1/here", operation_id="isItMe", response_model=Here, responses=refused(404, 422))
async def is_it_me(
    request: Request,
    sources: From,
    places: Annotated[Places, Depends(places_of)],
    service: IdFilter = None,
) -> Response:
    """Where the caller is by its address, who looks from near there, and whom what is wrong
    concerns: everybody, the caller's region, people elsewhere, or nobody.

    Behind a proxy the address is what the proxy says, if `FORWARDED_ALLOW_IPS` names it; else the
    header is not believed.
    """
    snapshot = await sources.snapshots.current()
    picture = snapshot.picture
    if service is not None and service not in picture.lines:
        raise not_judged(service)
    address = caller(request)
    keep(request, Made(snapshot, own=_own(places)))
    found = here(picture, address, places.of(address), [service] if service else ())
    return Response(encode(found), media_type=JSON, headers=_HEADERS)


def _own(places: Places) -> Own:
    """The rest goes by the country alone."""

    def begin(address: str) -> bytes:
        return encode(whose(address, places.of(address))).removesuffix(b"}")

    return Own(begin, lambda address: places.of(address).country)
