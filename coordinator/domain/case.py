"""A case: an open incident with the cells that it reaches, and whether and how far it is over."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from coordinator.domain.incident import Incident
from coordinator.domain.matrix import CellKey, Matrix
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Coverage, Ruling
from coordinator.domain.verdict import Scope, Severity
from worker.contract.instant import Instant

End = tuple[Instant | None, Instant | None]
"""(last bad, first good]; the second is None while it goes on."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What an incident is judged on at one step: the announced claim, the cells that vote, and who is heard."""

    now: Instant
    service: str
    claim: Ruling
    severity: Severity
    tell: Callable[[], str]
    """The claim in one sentence for people, for when something is to be told."""
    matrix: Matrix
    coverage: Coverage
    bucket_ms: int
    """The interval of the quickest check of the service."""
    resolve_ms: int
    """How long everything must be well, by the slowest check of the service."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open incident with the cells that it reaches and the end as it would be if it ended now."""

    incident: Incident
    reach: frozenset[CellKey]
    last_bad: Instant | None = None
    first_good: Instant | None = None


def remember_end(case: Case, scene: Scene) -> Case:
    """The newest (last bad, first good] of the cells it reaches; a stray failure of a well cell is no end."""
    ends = [end for key in case.reach if (end := _end(key, scene)) is not None]
    last_bad, first_good = max(ends, default=(case.last_bad, case.first_good), key=_lateness)
    if case.last_bad is not None and last_bad is not None and last_bad < case.last_bad:
        return case
    return replace(case, last_bad=last_bad, first_good=first_good)


def _lateness(end: End) -> tuple[Instant, bool, Instant]:
    """By the last failure; of the same one, what goes on is later than what ended."""
    last_bad, first_good = end
    return last_bad or 0, first_good is None, first_good or 0


def _end(key: CellKey, scene: Scene) -> End | None:
    sight = scene.matrix.get(key)
    if sight is None:
        return None
    reading = sight.reading
    if reading.failing or (key in scene.claim.cells and reading.first_good is not None):
        return reading.last_bad, reading.first_good
    return reading.ended


def _well_for(key: CellKey, case: Case, scene: Scene, wanted_ms: int) -> bool:
    """Whether a cell is heard and was well for so long."""
    sight = scene.matrix.get(key)
    if sight is None or sight.reading.failing or key in scene.claim.cells:
        return False
    ended = sight.reading.ended
    since = case.first_good if ended is None else ended[1]
    return since is None or sight.newest - since >= wanted_ms


def is_over(case: Case, scene: Scene, rules: Rules) -> bool:
    """Whether nothing is claimed any more and nearly all affected regions are heard and were well for long enough."""
    if scene.claim.scope is not Scope.NONE:
        return False
    regions = {region for _, region in case.reach}
    ailing = {key[1] for key in case.reach if not _well_for(key, case, scene, scene.resolve_ms)}
    return len(regions - ailing) >= rules.resolve_share * len(regions)


def narrowed(case: Case, scene: Scene, rules: Rules) -> frozenset[CellKey]:
    """The reach without the components, or else the regions, that are out of it and were well for long.

    It does not narrow while nothing in it is wrong any more: then it waits to resolve as a whole.
    """
    reach, claim = case.reach, scene.claim
    ailing = {
        key for key in reach if key in claim.cells or key not in scene.matrix or scene.matrix[key].reading.failing
    }
    regions, ailing_regions = ({region for _, region in cells} for cells in (reach, ailing))
    if claim.scope is Scope.UNKNOWN or len(ailing_regions) <= (1 - rules.resolve_share) * len(regions):
        return reach
    recovering = {key for key in reach - ailing if not _well_for(key, case, scene, rules.narrow_after_ms)}
    stays = ailing | recovering
    free_components = {component for component, _ in reach} - {component for component, _ in ailing}
    return frozenset(key for key in reach if _keeps(key, stays, recovering, free_components))


def _keeps(
    key: CellKey, stays: Collection[CellKey], recovering: Collection[CellKey], free_components: Collection[str]
) -> bool:
    """A cell stays while anything of its component, when that is free as a whole, or else of its region recovers."""
    axis = 0 if key[0] in free_components else 1
    return key in stays or any(other[axis] == key[axis] for other in recovering)
