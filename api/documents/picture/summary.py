"""All services in one sentence, and what it means in plain words when there is no verdict to speak
of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.documents.fleet import RegionView
from api.documents.picture.headline import NOT_JUDGED
from api.documents.services import ServiceLine
from api.documents.words import StateWord
from coordinator.runtime.liveness import ago

_WORST_FIRST: Final[tuple[StateWord, ...]] = ("bad", "degraded", "unknown", "well")
_VERBS: Final = frozenset({"Disrupted", "Degraded", "Down", "Slow"})
"""How a headline begins when the whole service is meant; anything else there is a name."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The worst state, the sentence that says it, and what to make of it (may be empty)."""

    state: StateWord
    headline: str
    advice: str = ""


NOTHING: Final = Summary(
    "unknown",
    "Nothing is configured yet",
    "Tell Outscope what to look at: write outscope.yaml, then run: outscope apply outscope.yaml",
)
STARTING: Final = Summary(
    "unknown",
    "The first looks are on their way",
    "A first verdict comes within a minute of the first results.",
)
ALL_SILENT: Final = Summary(
    "unknown",
    "No region is heard",
    "Nothing can be said of any service until a worker reports. Are workers running, and do they"
    " reach the broker?",
)
ALL_UNFIT: Final = Summary(
    "unknown",
    "We cannot see out from here",
    "No region reaches its reference points: very independent, very reliable places that should"
    " always answer. So the trouble is most likely with our own network, and nothing is claimed"
    " about any service until it is over.",
)


def summarise(
    services: Sequence[ServiceLine], regions: Sequence[RegionView], *, young: bool = False
) -> Summary:
    """The services (references left out) and regions in one sentence; `young` when nobody looks for
    long enough to expect anything yet.
    """
    if not services:
        return NOTHING
    states = [service["state"] for service in services]
    worst = next(word for word in _WORST_FIRST if word in states)
    if worst in ("bad", "degraded"):
        return Summary(worst, _trouble(services))
    if worst == "unknown":
        return STARTING if young else _unknown(services, regions)
    return Summary("well", _all_well(services))


def dated(said: Summary, silence_ms: int) -> Summary:
    """The same, as what was said so long ago when the coordinator has been silent since: nobody
    knows whether it still holds.
    """
    if not silence_ms or said is NOTHING:
        return said
    return Summary(
        "unknown",
        f"As of {ago(silence_ms)} ago; coordinator silent: {said.headline}",
        "Nothing new is known since then. Is the coordinator running? outscope doctor tells more.",
    )


def _all_well(services: Sequence[ServiceLine]) -> str:
    if len(services) == 1:
        return f"{services[0]['name']} is well"
    return (
        "Both services are well" if len(services) == 2 else f"All {len(services)} services are well"
    )


def _trouble(services: Sequence[ServiceLine]) -> str:
    bad = [service for service in services if service["state"] == "bad"]
    degraded = [service for service in services if service["state"] == "degraded"]
    if len(bad) + len(degraded) == 1:
        return _alone((bad + degraded)[0])
    parts = [_phrase(bad, services, "disrupted"), _phrase(degraded, services, "degraded")]
    words = ", ".join(filter(None, parts))
    return words[0].upper() + words[1:]


def _alone(service: ServiceLine) -> str:
    """`Claude: API disrupted in 2 of 5 regions`."""
    verb, _, rest = service["headline"].partition(" ")
    return f"{service['name']}: {verb.lower() if verb in _VERBS else verb} {rest}"


def _phrase(some: Sequence[ServiceLine], services: Sequence[ServiceLine], word: str) -> str:
    if not some:
        return ""
    if len(some) == 1:
        return f"{some[0]['name']} is {word}"
    count = (
        f"all {len(services)}" if len(some) == len(services) else f"{len(some)} of {len(services)}"
    )
    return f"{count} services are {word}"


def _unknown(services: Sequence[ServiceLine], regions: Sequence[RegionView]) -> Summary:
    """Nothing bad is known, and of some services nothing is known at all: say why, when one reason
    explains it.
    """
    fitness = {region["fitness"] for region in regions}
    unknown = [service for service in services if service["state"] == "unknown"]
    if all(service["verdict"]["at"] is None for service in services):
        return STARTING
    if fitness == {"silent"}:
        return ALL_SILENT
    if regions and "fit" not in fitness:
        return ALL_UNFIT
    if len(unknown) == 1:
        return Summary("unknown", _unjudged(unknown[0]))
    partly = any(service["verdict"]["scope"] == "none" for service in unknown)
    how = "as a whole" if partly else "at the moment"
    return Summary("unknown", f"{len(unknown)} of {len(services)} services cannot be judged {how}")


def _unjudged(service: ServiceLine) -> str:
    """`Shop: 3 of 4 components well; Web not judged: every look was blocked`."""
    if service["verdict"]["scope"] == "none":
        return f"{service['name']}: {service['headline']}"
    _, why, because = service["headline"].partition(f"{NOT_JUDGED}: ")
    return f"{service['name']} cannot be judged{f': {because}' if why else ' at the moment'}"
