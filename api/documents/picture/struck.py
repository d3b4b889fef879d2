"""The strikes of a region, as people are told of them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from api.documents.fleet import StrikeView
from worker.contract.instant import rfc3339

if TYPE_CHECKING:  # the store is not installed where only an API elsewhere is asked
    from coordinator.store.results.striking import Strike

SHOWN: Final = 5


def strikes_of(region: str, strikes: "Iterable[Strike]") -> list[StrikeView]:
    """The latest strikes of a region, of all that stand."""
    found: list[StrikeView] = [
        {
            "number": strike.id,
            "since": rfc3339(strike.since),
            "until": rfc3339(strike.until),
            "reason": strike.reason,
            "results": strike.results,
        }
        for strike in strikes
        if strike.region == region
    ]
    return found[: -SHOWN - 1 : -1]


def struck_of(region: Mapping[str, Any]) -> str:
    """What of a region's view counts nowhere, in a few words; empty when nothing is struck."""
    strikes = region.get("strikes")
    if not strikes:
        return ""
    results = sum(strike["results"] for strike in strikes)
    return f"{results:,} results struck: {strikes[0]['reason']}".removesuffix(": ")
