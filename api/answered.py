"""Looks grouped by the place that answered them: pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from api.views.answered import AnsweredGroup
from worker.contract.outcome import Blame
from worker.contract.result import Result

Place: TypeAlias = tuple[str, str | None, int | None, str | None]

_COUNTS = frozenset({Blame.TARGET, Blame.PATH})


def answered_from(results: Iterable[Result]) -> Sequence[AnsweredGroup]:
    """A group for each region, country, network and edge that answered; the busiest of a region first."""
    looks: Counter[Place] = Counter()
    failed: Counter[Place] = Counter()
    for result in results:
        if result.ip is None:  # nobody answered, or nobody was asked
            continue
        edge = result.extra.get("edge")
        place = (result.region, result.ip_country, result.asn, edge if isinstance(edge, str) else None)
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
