"""From where a service was answered: the shape, and looks grouped by the place that answered them.
Pure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Time
from worker.contract.outcome import Blame
from worker.contract.result import Result


class AnsweredGroup(TypedDict):
    """Looks of one region that were answered from the same place."""

    region: str
    country: Annotated[
        str | None, Field(description="where GeoIP places the address that answered")
    ]
    asn: Annotated[int | None, Field(description="network of the address that answered")]
    edge: Annotated[
        str | None,
        Field(description="the edge location that the answer named, such as an airport's code"),
    ]
    looks: int
    failed: Annotated[int, Field(description="looks that count against the target")]


class AnsweredFrom(TypedDict):
    """Which places answered each region lately: what regions that fail together may have in
    common.
    """

    service: str
    since: Time
    groups: list[AnsweredGroup]


Place: TypeAlias = tuple[str, str | None, int | None, str | None]

_COUNTS = frozenset({Blame.TARGET, Blame.PATH})


def answered_from(results: Iterable[Result]) -> Sequence[AnsweredGroup]:
    """A group for each region, country, network and edge that answered; the busiest of a region
    first.
    """
    looks: Counter[Place] = Counter()
    failed: Counter[Place] = Counter()
    for result in results:
        if result.ip is None:  # nobody answered, or nobody was asked
            continue
        edge = result.extra.get("edge")
        place = (
            result.region,
            result.ip_country,
            result.asn,
            edge if isinstance(edge, str) else None,
        )
        looks[place] += 1
        failed[place] += not result.ok and result.blame in _COUNTS
    ordered = sorted(looks, key=lambda place: (place[0], -looks[place], str(place)))
    return [
        {
            "region": place[0],
            "country": place[1],
            "asn": place[2],
            "edge": place[3],
            "looks": looks[place],
            "failed": failed[place],
        }
        for place in ordered
    ]
