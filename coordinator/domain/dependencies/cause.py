"""Which open incident upstream most likely caused one: odds from timing and from where both reach.

With odds of one to one before anything is known (a declared dependency is no proof, and no
accident), each of three facts multiplies them. Timing: a consequence follows its cause within
minutes (exponential, mean of ten), while a stranger begins at any moment of a day; the likelier
moment of both intervals counts. Regions: a consequence reaches where its cause does. Components: it
is one of those that are depended on. How often such a guess is right depends on the services; the
number orders causes, and is told as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from typing import Any, Final

from coordinator.domain.dependencies.graph import Graph
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant

SAID_FROM: Final = 0.5
"""What is less probable is not said."""
_FOLLOWS_MS: Final = 600_000
_BEFORE_MS: Final = 60_000
"""How much earlier a consequence may be seen than its cause: other checks look at other times."""
_DAY_MS: Final = 86_400_000
_ELSEWHERE: Final = 0.005
"""The odds that are left when nothing of it is where the cause is, or of what it depends on."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The incident upstream that most likely caused one."""

    incident: str
    service: str
    components: tuple[str, ...]
    """Those of its components that are depended on and that it reaches; empty: as a whole."""
    probability: float
    root: str
    """The incident that most likely caused that one in turn, and so on; itself without."""
    root_service: str

    def to_document(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "incident": self.incident,
            "service": self.service,
            "components": list(self.components),
            "probability": self.probability,
            "root": {"incident": self.root, "service": self.root_service},
        }


def probability(incident: Incident, upstream: Incident, parts: frozenset[str]) -> float:
    """How probable it is that the incident upstream caused the other, from 0 to 1; `parts` are the
    components that are depended on, none where it is the whole.
    """
    if incident.id == upstream.id or upstream.withdrawn or _is_over_before(upstream, incident):
        return 0.0
    odds = _timing(_lag(incident, upstream)) * _share(incident.regions, upstream.regions)
    if parts and parts.isdisjoint(upstream.components):
        odds *= _ELSEWHERE
    return odds / (1 + odds)


def causes(incidents: Iterable[Incident], graph: Graph) -> Mapping[str, Cause]:
    """For each incident with a cause that is probable enough to be said, the most probable one.
    The order of the incidents does not matter.
    """
    known = {one.id: one for one in incidents}
    by_service: dict[str, list[Incident]] = {}
    for one in known.values():
        by_service.setdefault(one.service, []).append(one)
    nearest = {
        name: found
        for name, one in known.items()
        if (found := _nearest(one, by_service, graph)) is not None
    }
    return {name: _rooted(found, nearest, known) for name, found in nearest.items()}


_Found = tuple[float, Incident, frozenset[str]]


def _nearest(
    incident: Incident, by_service: Mapping[str, list[Incident]], graph: Graph
) -> _Found | None:
    above = graph.upstream.get(incident.service, {})
    found = [
        (probability(incident, one, parts), one, parts)
        for service, parts in above.items()
        for one in by_service.get(service, ())
    ]
    best = min(found, key=lambda one: (-one[0], one[1].started_by, one[1].id), default=None)
    return best if best is not None and best[0] >= SAID_FROM else None


def _rooted(found: _Found, nearest: Mapping[str, _Found], known: Mapping[str, Incident]) -> Cause:
    sure, upstream, parts = found
    root = upstream
    while (above := nearest.get(root.id)) is not None:  # ends: services depend in no circle
        root = above[1]
    reached = tuple(one for one in upstream.components if one in parts)
    return Cause(upstream.id, upstream.service, reached, round(sure, 3), root.id, root.service)


def _is_over_before(upstream: Incident, incident: Incident) -> bool:
    ends = filter(None, (upstream.ended_by, upstream.resolved_at, _earliest(incident)))
    return next(ends) < _earliest(incident)


def _earliest(incident: Incident) -> Instant:
    after = incident.started_after
    return incident.started_by if after is None else after


def _lag(incident: Incident, upstream: Incident) -> Instant:
    """How much later it began than its cause, the likeliest that both intervals allow."""
    least = _earliest(incident) - upstream.started_by
    most = incident.started_by - _earliest(upstream)
    return max(0, least) if most >= 0 else most


def _timing(lag_ms: Instant) -> float:
    """How much likelier such a lag is for a consequence than for a stranger."""
    pace = _FOLLOWS_MS if lag_ms >= 0 else _BEFORE_MS
    return _DAY_MS / _FOLLOWS_MS * exp(-abs(lag_ms) / pace)


def _share(reached: tuple[str, ...], upstream: tuple[str, ...]) -> float:
    """From _ELSEWHERE to 1: how much of where it reaches the cause reaches, too."""
    if not reached:
        return _ELSEWHERE
    both = len({*reached} & {*upstream}) / len({*reached})
    return _ELSEWHERE + (1 - _ELSEWHERE) * both
