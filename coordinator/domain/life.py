"""The life of an incident: it opens on a confirmed claim, widens at once, narrows slowly, resolves when sure.

Silence never resolves one, `unknown` keeps it open, and a disruption that comes back after its incident was
resolved is a new incident: each has one start and one end. Ids derive from the service and the start, so that
the same disruption found again after a restart is the same incident.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b

from coordinator.domain.incident import Incident, IncidentEvent, Moment
from coordinator.domain.matrix import CellKey, Matrix
from coordinator.domain.reading import Reading
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Coverage, Ruling, rule
from coordinator.domain.verdict import Scope, Severity
from worker.contract.instant import Instant

WIDTH = {Scope.NONE: 0, Scope.UNKNOWN: 0, Scope.REGIONAL: 1, Scope.COMPONENT: 2, Scope.SYSTEM_WIDE: 3}
"""The order of scopes from narrow to wide."""
BAD_SCOPES = frozenset({Scope.REGIONAL, Scope.COMPONENT, Scope.SYSTEM_WIDE})
BUCKETS_TO_CONFIRM = 2
"""One bad bucket is an event, not an incident."""


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
    resolve_ms: int
    """How long everything must be well, by the slowest check of the service."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open incident with the cells that it reaches and the end as it would be if it ended now."""

    incident: Incident
    reach: frozenset[CellKey]
    last_bad: Instant | None = None
    first_good: Instant | None = None


def incident_id(service: str, started_by: Instant) -> str:
    """The id of a disruption of this service that began by this moment. 16 hexadecimal digits."""
    return blake2b(f"{service}\n{started_by}".encode(), digest_size=8).hexdigest()


def step(case: Case | None, scene: Scene, rules: Rules) -> tuple[Case | None, list[IncidentEvent]]:
    """What becomes of the incident of a service at this step, and the new lines of its timeline."""
    if case is None:
        return _open(scene, rules)
    case = _remember_end(case, scene)
    if scene.claim.scope in BAD_SCOPES:
        case = replace(case, reach=case.reach | scene.claim.cells)
    if _is_over(case, scene, rules):
        return None, [_resolve(case, scene.now)]
    case = replace(case, reach=_narrowed(case, scene, rules))
    return _update(case, scene, rules)


def _open(scene: Scene, rules: Rules) -> tuple[Case | None, list[IncidentEvent]]:
    claim = scene.claim
    if claim.scope not in BAD_SCOPES or not _is_confirmed(_readings(claim.cells, scene.matrix), rules):
        return None, []
    started_after, started_by = _start(claim.cells, scene.matrix)
    incident = Incident(
        id=incident_id(scene.service, started_by),
        service=scene.service,
        severity=scene.severity,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        opened_at=scene.now,
        started_after=started_after,
        started_by=started_by,
        peak=claim.scope,
        reason=scene.tell(),
    )
    case = _remember_end(Case(incident, claim.cells), scene)
    return case, [IncidentEvent(scene.now, Moment.OPENED, incident)]


def _is_confirmed(readings: list[Reading], rules: Rules) -> bool:
    """Whether there is enough evidence, from more than one bucket."""
    return (
        sum(reading.nats for reading in readings) >= rules.open_nats
        and max(reading.slots for reading in readings) >= BUCKETS_TO_CONFIRM
    )


def _readings(cells: Iterable[CellKey], matrix: Matrix) -> list[Reading]:
    return [matrix[key].reading for key in sorted(cells) if key in matrix]


def _start(cells: Iterable[CellKey], matrix: Matrix) -> tuple[Instant | None, Instant]:
    """(last good, first bad] of the cell that failed first."""
    starts = [(r.first_bad, r.last_good) for r in _readings(cells, matrix) if r.first_bad is not None]
    started_by, started_after = min(starts, key=lambda start: start[0])
    return started_after, started_by


def _remember_end(case: Case, scene: Scene) -> Case:
    """The newest (last bad, first good] of the cells it reaches; a stray failure of a well cell is no end."""
    ends = [end for key in case.reach if (end := _end(key, scene)) is not None]
    last_bad, first_good = max(ends, default=(case.last_bad, case.first_good), key=_last_bad)
    if case.last_bad is not None and last_bad is not None and last_bad < case.last_bad:
        return case
    return replace(case, last_bad=last_bad, first_good=first_good)


def _last_bad(end: End) -> Instant:
    return end[0] or 0


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


def _is_over(case: Case, scene: Scene, rules: Rules) -> bool:
    """Whether nothing is claimed any more and nearly all affected regions are heard and were well for long enough."""
    if scene.claim.scope is not Scope.NONE:
        return False
    regions = {region for _, region in case.reach}
    ailing = {key[1] for key in case.reach if not _well_for(key, case, scene, scene.resolve_ms)}
    return len(regions - ailing) >= rules.resolve_share * len(regions)


def _resolve(case: Case, now: Instant) -> IncidentEvent:
    ended_by = case.first_good if case.first_good is not None else now
    resolved = replace(case.incident, ended_after=case.last_bad, ended_by=ended_by, resolved_at=now)
    return IncidentEvent(now, Moment.RESOLVED, resolved)


def closed(incident: Incident, now: Instant) -> IncidentEvent:
    """The end of an incident that nothing looks at any more: when it ended will never be known better."""
    return IncidentEvent(now, Moment.RESOLVED, replace(incident, ended_by=now, resolved_at=now))


def _narrowed(case: Case, scene: Scene, rules: Rules) -> frozenset[CellKey]:
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


def _update(case: Case, scene: Scene, rules: Rules) -> tuple[Case, list[IncidentEvent]]:
    """The case with its incident as it is now, and a line when that differs from before."""
    before = case.incident
    claimed = scene.claim.scope in BAD_SCOPES
    ruling = scene.claim if claimed and case.reach == scene.claim.cells else _ruling_of(case.reach, scene, rules)
    if ruling.scope not in BAD_SCOPES:
        ruling = replace(ruling, scope=before.scope)
    started_after, started_by = _earlier_start(case, scene.matrix)
    after = replace(
        before,
        severity=scene.severity if claimed else before.severity,
        scope=ruling.scope,
        regions=ruling.regions,
        components=ruling.components,
        started_after=started_after,
        started_by=started_by,
        peak=max(before.peak, ruling.scope, key=lambda scope: WIDTH[scope]),
    )
    if _told(after) == _told(before):
        return case, []
    after = replace(after, reason=scene.tell() if claimed else before.reason)
    case = replace(case, incident=after)
    return case, [IncidentEvent(scene.now, Moment.UPDATED, after)]


def _ruling_of(reach: frozenset[CellKey], scene: Scene, rules: Rules) -> Ruling:
    """The ruling if exactly the cells that the incident reaches failed, whether or not they are heard now."""
    coverage = Coverage(scene.coverage.enabled, scene.coverage.voting | reach)
    return rule(coverage, reach, rules)


def _earlier_start(case: Case, matrix: Matrix) -> tuple[Instant | None, Instant]:
    """A late result may tell that it began earlier than was known."""
    before = case.incident
    starts = [
        (r.last_good, r.first_bad) for r in _readings(case.reach, matrix) if r.failing and r.first_bad is not None
    ]
    earlier = [start for start in starts if start[1] < before.started_by and start[0] is not None]
    return min(earlier, key=lambda start: start[1], default=(before.started_after, before.started_by))


def _told(incident: Incident) -> tuple[object, ...]:
    """What a line of the timeline tells; the reason's counts change with every look and are no event."""
    return (
        incident.severity,
        incident.scope,
        incident.regions,
        incident.components,
        incident.started_after,
        incident.started_by,
    )
