"""How far it reaches in the vendor's words, against what we saw."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from coordinator.domain.acknowledging.matching import Meaning, reached
from coordinator.domain.acknowledging.words import MOST_NAMES
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import WIDTH, Scope


@dataclass(frozen=True, slots=True)
class Reach:
    """What is said and what was observed. What the vendor does not say is None, or empty."""

    said: Scope | None
    observed: Scope
    missing: tuple[str, ...]
    """Components that failed and are not admitted."""
    more: tuple[str, ...]
    """Components that are admitted and did not fail, as far as we saw."""
    components: tuple[str, ...]
    regions: tuple[str, ...]

    @property
    def right(self) -> bool | None:
        """Whether as much is said as was seen; None when the vendor does not say how far, or we
        could not tell.
        """
        if self.said is None or self.observed in (Scope.UNKNOWN, Scope.NONE):
            return None
        return self.said is self.observed and not self.missing

    @property
    def word(self) -> str:
        """`right`, `narrower`, `wider`, `other`, or `cannot_say`."""
        if self.right is None:
            return "cannot_say"
        if self.right:
            return "right"
        if self.missing and self.more:
            return "other"
        narrower = self.missing or WIDTH[self.said or Scope.NONE] < WIDTH[self.observed]
        return "narrower" if narrower else "wider"

    def to_document(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "scope_said": self.said,
            "scope_observed": str(self.observed),
            "scope": self.word,
            "components_said": list(self.components),
            "components_missing": list(self.missing),
            "components_more": list(self.more),
            "regions_said": list(self.regions),
        }


def reach_of(meaning: Meaning, incident: Incident, components: Collection[str]) -> Reach:
    """The reach of a statement beside that of an incident; `components` are all that the service
    has.
    """
    said, ours = meaning.components, reached(incident)
    regions = meaning.statement.current.regions
    return Reach(
        said=_scope(said, regions, components, incident.peak),
        observed=incident.peak,
        missing=tuple(sorted(ours - said)) if said else (),
        more=tuple(sorted(said - ours)),
        components=tuple(sorted(said)),
        regions=regions,
    )


def _scope(
    said: frozenset[str], regions: Collection[str], components: Collection[str], observed: Scope
) -> Scope | None:
    if 0 < len(regions) < MOST_NAMES:  # more are not told, and may be all there are
        return Scope.REGIONAL
    if not said:
        return None
    everywhere = (Scope.COMPONENT, Scope.SYSTEM_WIDE)
    if len(components) == 1 and observed in everywhere:  # both are all there is
        return observed
    return Scope.SYSTEM_WIDE if said.issuperset(components) else Scope.COMPONENT
