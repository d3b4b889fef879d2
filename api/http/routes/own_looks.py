"""Is it me? What the caller may look at itself, and what it saw weighed with the fleet's cells."""

from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.configuration import parameter_models
from api.documents.handed_out import MOST, handed_out, references_of
from api.documents.located import Located, fleet_here, located, near_to
from api.documents.own_looks import OwnLooks
from api.documents.picture.picture import Picture
from api.http.access.door import requires
from api.http.answers.bodies import json_body
from api.http.answers.encoding import JSON, encode
from api.http.answers.errors import invalid, not_judged
from api.http.answers.refusals import refused
from api.http.parameters import caller
from api.http.routes.here import places_of
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.domain.localizing.seen import Link, OwnLook, Seen
from coordinator.domain.model.rules import Rules
from coordinator.geodata.places import Places
from worker.contract.message import IDENTIFIER

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

SLOW_MS: Final = 10_000
"""What took longer was not answered for anybody who waits."""
MOST_BYTES: Final = 16_384
MOST_LOOKS: Final = 3 * MOST
_HEADERS: Final = {"cache-control": "no-store"}
_Placing = Annotated[Places, Depends(places_of)]
Region = Annotated[
    str | None,
    Query(description="the region that the caller is nearest to", pattern=IDENTIFIER),
]


class OwnOutcome(BaseModel):
    """What came of one look."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(
        description="the component, or a name of the operator that a reference asks",
        pattern=r"^[a-z0-9._/-]{1,130}$",
        examples=["claude/api"],
    )
    ok: bool
    ms: float | None = Field(
        default=None,
        ge=0,
        le=600_000,
        description=f"how long it took; {SLOW_MS} or more counts as failed",
    )


class OwnSight(BaseModel):
    """What one machine saw of a service just now. A browser can tell by itself: whether a request
    without CORS came back, to the service and to others, and `navigator.onLine`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str = Field(pattern=IDENTIFIER, examples=["claude"])
    looks: list[OwnOutcome] = Field(default=[], max_length=MOST_LOOKS)
    references: list[OwnOutcome] = Field(
        default=[],
        max_length=MOST_LOOKS,
        description="looks at others, as different from the service as can be",
    )
    link: Literal["up", "down", "unknown"] = "unknown"
    region: str | None = Field(
        default=None, pattern=IDENTIFIER, description="the region that the caller is nearest to"
    )


_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": OwnSight.model_json_schema()}},
    }
}


@router.get(
    "/v1/here/looks",
    operation_id="ownLooks",
    response_model=OwnLooks,
    responses=refused(404, 422),
)
async def own_looks(
    request: Request,
    sources: From,
    places: _Placing,
    service: Annotated[str, Query(description="id of a service", pattern=IDENTIFIER)],
    region: Region = None,
) -> Response:
    """What the caller may look at to find out whether it is alone: the checks of the service and
    the references, without anything that may be a secret, and what the fleet sees near it.
    """
    picture = (await sources.snapshots.current()).picture
    _check(picture, service, region)
    place = places.of(caller(request))
    near = near_to(picture, place.country, region)
    kinds = parameter_models()
    found: OwnLooks = {
        "service": service,
        "name": picture.lines[service]["name"],
        "country": place.country,
        "near": near,
        "looks": handed_out(picture.topology.checks_of(service), kinds),
        "references": handed_out(references_of(picture.topology), kinds),
        "fleet": fleet_here(picture, service, near),
    }
    return Response(encode(found), media_type=JSON, headers=_HEADERS)


@router.post(
    "/v1/here/looks",
    operation_id="whoseTroubleIsIt",
    response_model=Located,
    responses=refused(404, 413, 422),
    openapi_extra=_BODY,
)
async def whose_trouble(request: Request, sources: From, places: _Placing) -> Response:
    """Whose trouble it is: what the caller saw, weighed with what the fleet sees near it, as a
    probability for the machine, its network, the region, everybody and nobody.

    Nothing of it is stored. `outscope me` computes the same on the caller's machine.
    """
    sight = await json_body(request, OwnSight, MOST_BYTES)
    picture = (await sources.snapshots.current()).picture
    _check(picture, sight.service, sight.region)
    near = near_to(picture, places.of(caller(request)).country, sight.region)
    seen = Seen(_own(sight.looks, sight.service), _own(sight.references), Link(sight.link))
    found = located(sight.service, seen, fleet_here(picture, sight.service, near), Rules())
    return Response(encode(found), media_type=JSON, headers=_HEADERS)


def _own(outcomes: list[OwnOutcome], service: str = "") -> list[OwnLook]:
    """The looks; a component may be told with its service in front."""
    prefix = f"{service}/"
    return [
        OwnLook(one.of.removeprefix(prefix), one.ok and (one.ms or 0) < SLOW_MS) for one in outcomes
    ]


def _check(picture: Picture, service: str, region: str | None) -> None:
    if service not in picture.lines:
        raise not_judged(service)
    if region is not None and region not in picture.topology.region:
        there = ", ".join(picture.topology.region) or "none"
        raise invalid("region", f"no region {region[:80]!r} is configured; there is {there}")
