"""A service as one small flat document, for home automation, tickers and shell scripts; pure."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.services import ServiceLine
from api.documents.words import ScopeWord, SeverityWord, StateWord, Time

Uptime = Annotated[
    float | None,
    Field(description="in percent, good / (good + bad); null when nothing counts", ge=0, le=100),
]
_WORSE: Final[tuple[StateWord, ...]] = ("unknown", "well", "degraded", "bad")


class PartState(TypedDict):
    """A component in a word."""

    id: str
    name: str
    state: Annotated[StateWord, Field(description="of its cells the worst that is known")]
    uptime_last_30m: Uptime
    uptime_last_1d: Annotated[Uptime, Field(description="from the full hour 24 hours ago on")]


class ServiceState(TypedDict):
    """A service in a word, and its attributes. Lists are text, with commas."""

    service: str
    name: str
    state: StateWord
    scope: ScopeWord
    severity: SeverityWord
    headline: str
    reason: str
    confidence: Annotated[float, Field(description="of the verdict, 0 to 1")]
    since: Annotated[
        Time | None,
        Field(description="when what is open had begun at the latest; null while all is well"),
    ]
    at: Annotated[Time | None, Field(description="of the verdict; null before the first one")]
    regions: Annotated[str, Field(description="the disrupted ones, empty when there is none")]
    components: Annotated[str, Field(description="the disrupted ones, likewise")]
    uptime_last_30m: Uptime
    uptime_last_1d: Annotated[Uptime, Field(description="from the full hour 24 hours ago on")]
    parts: Annotated[list[PartState], Field(description="its components, in order")]


Cells = Iterable[Mapping[str, Any]]
"""As `coordinator.analytics.cells` counts them."""


def state_of(line: ServiceLine, lately: Cells, day: Cells) -> ServiceState:
    """`lately` is what was seen in the last 30 minutes, `day` in the last 24 hours."""
    verdict = line["verdict"]
    recent, daily = _uptimes(lately), _uptimes(day)
    return {
        "service": line["id"],
        "name": line["name"],
        "state": line["state"],
        "scope": verdict["scope"],
        "severity": verdict["severity"],
        "headline": line["headline"],
        "reason": verdict["reason"],
        "confidence": verdict["confidence"],
        "since": line["since"],
        "at": verdict["at"],
        "regions": ", ".join(verdict["regions"]),
        "components": ", ".join(verdict["components"]),
        "uptime_last_30m": recent.get(None),
        "uptime_last_1d": daily.get(None),
        "parts": [
            {
                "id": part["id"],
                "name": part["name"],
                "state": _state(line, part["id"]),
                "uptime_last_30m": recent.get(part["id"]),
                "uptime_last_1d": daily.get(part["id"]),
            }
            for part in line["components"]
        ],
    }


def _state(line: ServiceLine, component: str) -> StateWord:
    states = [cell["state"] for cell in line["cells"] if cell["component"] == component]
    return max(states, key=_WORSE.index, default="unknown")


def _uptimes(cells: Cells) -> dict[str | None, float | None]:
    """By component, and of all of them under None."""
    counts: dict[str | None, tuple[int, int]] = {}
    for cell in cells:
        seen = sum(cell["good"]), sum(cell["bad"])
        for key in (cell["component"], None):
            good, bad = counts.get(key, (0, 0))
            counts[key] = good + seen[0], bad + seen[1]
    return {key: _percent(*seen) for key, seen in counts.items()}


def _percent(good: int, bad: int) -> float | None:
    """Rounded down, so that 100 means that nothing failed."""
    return good * 100_000 // (good + bad) / 1000 if good + bad else None
