"""Query parameters that several addresses share, and what may be in them."""

from typing import Annotated, Final

from fastapi import Path, Query, Request
from fastapi.dependencies.models import Dependant

from api.http.answers.errors import invalid
from api.moments import FORM, moment
from worker.contract.clock import now
from worker.contract.instant import Instant
from worker.contract.message import IDENTIFIER

MOST = 1000
PATIENCE_S = 30.0
"""So long one page may take; a filter that hardly anything meets may make the database read all
there is.
"""

# told to programs; people get a sentence from what reads them
_TIME: Final = {
    "pattern": r"^([0-9]{1,4}[smhdw]|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z)$"
}
_CURSOR: Final = {"pattern": r"^[0-9a-f]{12}\.[A-Za-z0-9_-]+$"}

Identifier = Annotated[str, Path(description="the id of the one thing that is asked for")]
IdFilter = Annotated[
    str | None, Query(description="only of this id", pattern=IDENTIFIER, examples=["claude"])
]
Cursor = Annotated[
    str | None,
    Query(
        description="`next` of the page before, for the same query",
        max_length=800,
        json_schema_extra=_CURSOR,
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="at most so many items")]
TimeFilter = Annotated[
    str | None,
    Query(
        description=FORM,
        max_length=64,
        examples=["10m", "2026-03-01T14:32:07Z"],
        json_schema_extra=_TIME,
    ),
]

AtTime = Annotated[
    str | None,
    Query(
        description=f"what stood then; {FORM}",
        max_length=64,
        examples=["2026-03-01T14:32:07Z", "10m"],
        json_schema_extra=_TIME,
    ),
]


async def only_known(request: Request) -> None:
    """Refuse a query with parameters that the address does not have: a misspelt filter must not
    answer everything.
    """
    if not request.query_params:
        return
    known = _known(request.scope["route"].dependant)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if given.count(name) > 1:
            raise invalid(name[:40], "is given more than once; give one value")
        if name not in known:
            raise invalid(
                name[:40], f"there is no such parameter here; there is {', '.join(known) or 'none'}"
            )


def _known(dependant: Dependant) -> list[str]:
    """The query parameters of an address, and of what it depends on."""
    below = [name for one in dependant.dependencies for name in _known(one)]
    return list(dict.fromkeys([*(field.alias for field in dependant.query_params), *below]))


def caller(request: Request) -> str:
    """The address that asks, as far as the proxies that are trusted tell."""
    return request.client.host if request.client else ""


def instant(parameter: str, text: str | None) -> Instant | None:
    """The instant that a time filter means, or the problem that says what is wrong with it."""
    if text is None:
        return None
    try:
        return moment(text, now())
    except ValueError as error:
        raise invalid(parameter, str(error)) from None


def span(since: str | None, until: str | None) -> tuple[Instant | None, Instant | None]:
    """From when and until when; a problem when nothing can lie between, which would look as if
    nothing had happened.
    """
    begin, end = instant("since", since), instant("until", until)
    # a span up to now may be of no length: since=0s
    if begin is not None and begin >= (now() + 1 if end is None else end):
        lies = f"{since} is not before the end of the time asked for"
        turned = "; since=20m&until=10m begins 20 minutes ago" if until else ""
        raise invalid("since", lies + turned)
    return begin, end


def past(parameter: str, text: str | None) -> Instant | None:
    """As `instant`; of the future nothing is known."""
    at = instant(parameter, text)
    if at is not None and at > now():
        raise invalid(parameter, f"{text} lies in the future")
    return at
