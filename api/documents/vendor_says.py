"""What vendors say of themselves, beside what is seen: from the newest look at each status page
that was heard; pure.

It changes no verdict and no advice: status pages are late, and say least when most is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Time

MOST_TITLES: Final = 3
SaysWord = Literal["incident", "maintenance", "well", "unheard"]
_STATES: Final[Mapping[tuple[bool, bool], SaysWord]] = {
    (True, True): "incident",
    (False, True): "maintenance",
    (False, False): "well",
}
"""By whether anything fails, and whether anything goes on at all."""


class VendorSays(TypedDict):
    """What the vendor itself says of it; `use` does not follow from it."""

    state: Annotated[
        SaysWord,
        Field(
            description="`unheard` where nobody looks at its status page, or nobody could read it"
            " lately"
        ),
    ]
    since: Annotated[
        Time | None, Field(description="when the oldest of them was published; may be null")
    ]
    titles: Annotated[
        list[str], Field(description="of what goes on, at most three, in the vendor's own words")
    ]


UNHEARD: Final[VendorSays] = {"state": "unheard", "since": None, "titles": []}


@dataclass(frozen=True, slots=True)
class Heard:
    """What all status pages of one service said last: their incidents that go on."""

    incidents: Sequence[Mapping[str, Any]]


def heard(extras: Iterable[Mapping[str, Any]]) -> Heard | None:
    """From `extra` of the newest look at each page, as `vendor_status` tells it; None where no page
    was heard.
    """
    told = list(filter(itemgetter("heard"), extras))
    every = chain.from_iterable(extra.get("incidents", ()) for extra in told)
    return Heard(list(filter(itemgetter("open"), every))) if told else None


def of_component(said: Heard | None, component: str) -> VendorSays:
    """What is said of one component: by incidents that name it, and by those that name nothing."""
    if said is None:
        return UNHEARD
    return _says([one for one in said.incidents if _touches(one, component)])


def of_service(said: Heard | None) -> VendorSays:
    """What is said of anything of the service."""
    return UNHEARD if said is None else _says(said.incidents)


def _touches(incident: Mapping[str, Any], component: str) -> bool:
    ours = incident.get("components", ())
    return component in ours if ours else not incident.get("vendor_components")


def _says(incidents: Sequence[Mapping[str, Any]]) -> VendorSays:
    failing = [one for one in incidents if one.get("impact") != "maintenance"]
    told = failing or incidents
    begun = filter(None, map(methodcaller("get", "published_at"), told))
    return {
        "state": _STATES[bool(failing), bool(incidents)],
        "since": min(begun, default=None),
        "titles": list(map(methodcaller("get", "title", ""), told[:MOST_TITLES])),
    }
