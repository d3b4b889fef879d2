"""Where to go instead: advice for programs that choose between services."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from starlette.responses import Response

from api.documents.advice import Advice, Asked, advice, models_of
from api.documents.picture.picture import Picture
from api.http.access.door import requires
from api.http.answers.encoding import BRIEFLY, Document, answer, encode, weak
from api.http.answers.errors import invalid, not_judged
from api.http.answers.refusals import refused
from api.http.held import held
from api.http.kept.marks import Made, keep
from api.http.shapes import Router
from api.http.sources.sources import From
from api.http.sources.status_pages import StatusPages
from coordinator.access.scopes import Scope
from worker.contract import clock
from worker.contract.instant import rfc3339
from worker.contract.message import IDENTIFIER

router = Router(tags=["services"], dependencies=[requires(Scope.READ)])

_MOST: Final = 100
_LIST: Final = r"^[^,\s]+(,[^,\s]+)*$"

Ids = Annotated[
    str | None,
    Query(
        description="ids, separated by commas, the preferred one first",
        max_length=4000,
        pattern=_LIST,
        examples=["claude,openai,gemini"],
    ),
]
Models = Annotated[
    str | None,
    Query(
        description="choose among these models alone, as the checks name them",
        max_length=4000,
        pattern=_LIST,
        examples=["claude-haiku-4-5,gpt-5-mini"],
    ),
]


async def _status_pages(request: Request, sources: From) -> StatusPages:
    return held(request, "status_pages", partial(StatusPages, sources.store))


@router.get("/v1/advice", operation_id="advice", response_model=Advice, responses=refused(404, 422))
async def get_advice(
    request: Request,
    sources: From,
    pages: Annotated[StatusPages, Depends(_status_pages)],
    services: Ids = None,
    models: Models = None,
    region: Annotated[
        str | None,
        Query(
            description="the region that the caller is nearest to",
            pattern=IDENTIFIER,
            examples=["eu-west"],
        ),
    ] = None,
) -> Response:
    """For each service, component and model whether to use it now, and an order of preference.

    Small and stable. `avoid` is said only of what is down for the caller: everywhere, or in the
    `region` given; what is slow or fails in part is `ok` with its severity. `unknown` is no
    opinion. `vendor_says` is what the vendor's own status page said last, and changes nothing.
    The ETag is weak: it does not count `at`.
    """
    snapshot = await sources.snapshots.current()
    picture = snapshot.picture
    asked = Asked(_services(picture, services), _models(picture, models), _region(picture, region))
    said = await pages.current(picture.status_pages, picture.strikes)
    keep(request, Made(snapshot, stands=lambda: pages.tells(said)))
    found = advice(picture, asked, rfc3339(clock.now()), said)
    return answer(request, _document(found))


def _document(found: Advice) -> Document:
    lasting: dict[str, Any] = {name: value for name, value in found.items() if name != "at"}
    return weak(encode(found), encode(lasting), keep=BRIEFLY)


def _listed(parameter: str, text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    if len(names) > _MOST:
        raise invalid(parameter, f"names {len(names)}; at most {_MOST}")
    return names


def _services(picture: Picture, text: str | None) -> list[str]:
    if text is None:
        return list(picture.lines)
    asked = _listed("services", text)
    for one in asked:
        if one not in picture.lines:
            raise not_judged(one)
    return asked


def _models(picture: Picture, text: str | None) -> list[str]:
    if text is None:
        return []
    known = {model for models in models_of(picture).values() for model in models}
    asked = _listed("models", text)
    for one in asked:
        if one not in known:
            looked = ", ".join(sorted(known)[:_MOST]) or "none"
            raise invalid("models", f"no check asks the model {one[:80]!r}; there is {looked}")
    return asked


def _region(picture: Picture, region: str | None) -> str | None:
    if region is not None and region not in picture.topology.region:
        there = ", ".join(picture.topology.region) or "none"
        raise invalid("region", f"no region {region[:80]!r} is configured; there is {there}")
    return region
