"""The life of an incident: it opens on a confirmed claim, widens at once, narrows slowly, resolves when sure.

Silence never resolves one, `unknown` keeps it open, and a disruption that comes back after its incident was
resolved is a new incident: each has one start and one end. Ids derive from the service and the start, so that
the same disruption found again after a restart is the same incident.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b

from coordinator.domain.case import Case, Scene, is_over, narrowed, remember_end
from coordinator.domain.incident import Incident, IncidentEvent, Moment
from coordinator.domain.matrix import CellKey, Matrix
from coordinator.domain.reading import Reading
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Coverage, Ruling, rule
from coordinator.domain.verdict import Scope
from worker.contract.instant import Instant

WIDTH = {Scope.NONE: 0, Scope.UNKNOWN: 0, Scope.REGIONAL: 1, Scope.COMPONENT: 2, Scope.SYSTEM_WIDE: 3}
"""The order of scopes from narrow to wide."""
BAD_SCOPES = frozenset({Scope.REGIONAL, Scope.COMPONENT, Scope.SYSTEM_WIDE})


def incident_id(service: str, started_by: Instant) -> str:
    """The id of a disruption of this service that began by this moment. 16 hexadecimal digits."""
    return blake2b(f"{service}\n{started_by}".encode(), digest_size=8).hexdigest()


def step(case: Case | None, scene: Scene, rules: Rules) -> tuple[Case | None, list[IncidentEvent]]:
    """What becomes of the incident of a service at this step, and the new lines of its timeline."""
    if case is None:
        return _open(scene, rules)
    case = remember_end(case, scene)
    if scene.claim.scope in BAD_SCOPES:
        case = replace(case, reach=case.reach | scene.claim.cells)
    if is_over(case, scene, rules):
        return None, [_resolve(case, scene.now)]
    case = replace(case, reach=narrowed(case, scene, rules))
    return _update(case, scene, rules)


def _open(scene: Scene, rules: Rules) -> tuple[Case | None, list[IncidentEvent]]:
    claim, readings = scene.claim, _readings(scene.claim.cells, scene.matrix)
    if claim.scope not in BAD_SCOPES or not _is_confirmed(readings, scene.bucket_ms, rules):
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
    case = remember_end(Case(incident, claim.cells), scene)
    return case, [IncidentEvent(scene.now, Moment.OPENED, incident)]


def _is_confirmed(readings: list[Reading], bucket_ms: int, rules: Rules) -> bool:
    """Whether there is enough evidence, from more than one bucket: one bad bucket is an event, not an incident."""
    evidence = sum(reading.nats for reading in readings)
    return evidence >= rules.open_nats and any(reading.lasted_ms >= bucket_ms for reading in readings)


def _readings(cells: Iterable[CellKey], matrix: Matrix) -> list[Reading]:
    return [matrix[key].reading for key in sorted(cells) if key in matrix]


def _start(cells: Iterable[CellKey], matrix: Matrix) -> tuple[Instant | None, Instant]:
    """(last good, first bad] of the cell that failed first."""
    starts = [(r.first_bad, r.last_good) for r in _readings(cells, matrix) if r.first_bad is not None]
    started_by, started_after = min(starts, key=lambda start: start[0])
    return started_after, started_by


def _resolve(case: Case, now: Instant) -> IncidentEvent:
    ended_by = case.first_good if case.first_good is not None else now
    resolved = replace(case.incident, ended_after=case.last_bad, ended_by=ended_by, resolved_at=now)
    return IncidentEvent(now, Moment.RESOLVED, resolved)


def closed(incident: Incident, now: Instant) -> IncidentEvent:
    """The end of an incident that nothing looks at any more: when it ended will never be known better."""
    return IncidentEvent(now, Moment.RESOLVED, replace(incident, ended_by=now, resolved_at=now))


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
