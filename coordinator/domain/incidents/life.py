"""The life of an incident: it opens on a confirmed claim, widens at once, narrows slowly, resolves when sure.

Silence never resolves one, and `unknown` keeps it open. Claims that share cells with an open incident are the same
disruption; a claim that reaches several makes them one, the oldest. What comes back for the third time within an hour
is one intermittent incident. Ids derive from the service, the start and the first component and region, so that the
same disruption found again after a restart is the same incident.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from coordinator.domain.incidents.open_incident import Case, Scene, Told, is_over, narrowed, parts_of, with_spells
from coordinator.domain.incidents.opening import is_confirmed
from coordinator.domain.inference.claim import scope_of_cells
from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.grid import CellKey
from worker.contract.instant import Instant

WIDTH = {Scope.NONE: 0, Scope.UNKNOWN: 0, Scope.REGIONAL: 1, Scope.COMPONENT: 2, Scope.SYSTEM_WIDE: 3}
"""The order of scopes from narrow to wide."""
BAD_SCOPES = frozenset({Scope.REGIONAL, Scope.COMPONENT, Scope.SYSTEM_WIDE})


@dataclass(frozen=True, slots=True)
class Cases:
    """The open incidents of a service, oldest first, and those that ended lately."""

    open: tuple[Case, ...] = ()
    ended: tuple[Case, ...] = ()


def incident_id(service: str, started_by: Instant, cells: Iterable[CellKey]) -> str:
    """The id of a disruption of this service that began by this moment with these cells. 16 hexadecimal digits."""
    component, region = min(cells)
    return blake2b(f"{service}\n{started_by}\n{component}\n{region}".encode(), digest_size=8).hexdigest()


def step(cases: Cases, scene: Scene, rules: Rules) -> tuple[Cases, list[IncidentEvent]]:
    """What becomes of the incidents of a service at this step, and the new lines of their timelines."""
    bad = [told for told in scene.told if told.claim.scope in BAD_SCOPES]
    matched, absorbed = _matched(cases.open, bad)
    events: list[IncidentEvent] = []
    going: list[Case] = []
    ended = list(cases.ended)
    for place, case in enumerate(cases.open):
        if place in absorbed:
            into = cases.open[absorbed[place]].incident.id
            events.append(_resolve(case, scene.now, f"It is one with incident {into}."))
            continue
        after, lines = _go_on(case, [told for told in bad if matched.get(id(told)) == place], scene, rules)
        events += lines
        (ended if lines and lines[-1].moment is Moment.RESOLVED else going).append(after)
    for told in bad:
        if id(told) not in matched and (opened := _open(told, scene, ended, rules)) is not None:
            case, line = opened
            going.append(case)
            ended = [other for other in ended if other.incident.id != case.incident.id]
            events.append(line)
    kept = tuple(case for case in ended if (case.incident.resolved_at or 0) > scene.now - rules.intermittent_within_ms)
    return Cases(tuple(going), kept), events


def _matched(cases: Sequence[Case], bad: Sequence[Told]) -> tuple[dict[int, int], dict[int, int]]:
    """Which claim (by identity) goes on in which case, and which cases are absorbed by which other one.

    A claim is of a case when they share at least half the cells of the smaller. Of several, it is of the one that it
    shares most with, and the others are one with that unless a claim of their own keeps them apart; the oldest goes on.
    """
    alike = {id(told): _alike(cases, told) for told in bad}
    best = {one: max(shared, key=lambda place: (shared[place], -place)) for one, shared in alike.items() if shared}
    kept = set(best.values())
    matched: dict[int, int] = {}
    absorbed: dict[int, int] = {}
    for one, place in best.items():
        together = [other for other in alike[one] if other == place or other not in kept]
        matched[one] = min(together)
        absorbed.update({other: min(together) for other in together if other != min(together)})
    return matched, absorbed


def _alike(cases: Sequence[Case], told: Told) -> dict[int, int]:
    """The cases that a claim may be of, and how many cells they share."""
    cells = told.claim.cells
    shared = {place: len(cells & case.reach) for place, case in enumerate(cases)}
    return {
        place: count
        for place, count in shared.items()
        if count and 2 * count >= min(len(cells), len(cases[place].reach))
    }


def _go_on(case: Case, mine: Sequence[Told], scene: Scene, rules: Rules) -> tuple[Case, list[IncidentEvent]]:
    claimed = frozenset(key for told in mine for key in told.claim.cells)
    case = with_spells(replace(case, reach=case.reach | claimed), mine, scene)
    times = rules.intermittent_times if case.incident.intermittent else 1
    wanted_ms = times * scene.resolve_ms(case.reach, rules)
    if not mine and is_over(case, scene, claimed, rules, wanted_ms):
        event = _resolve(case, scene.now, case.incident.reason)
        return replace(case, incident=event.incident), [event]
    case = replace(case, reach=narrowed(case, scene, claimed, rules))
    return _update(case, mine, scene, rules)


def _open(told: Told, scene: Scene, ended: Sequence[Case], rules: Rules) -> tuple[Case, IncidentEvent] | None:
    claim, starts = told.claim, _starts(told)
    if not starts or not is_confirmed(told, scene.now, scene.quickest_ms(claim.cells), rules):
        return None
    started_after, started_by = starts
    lately = scene.now - rules.intermittent_within_ms
    before = [case for case in ended if case.reach & claim.cells and (case.incident.resolved_at or 0) > lately]
    again = next((case for case in before if case.incident.started_by == started_by), None)
    if again is not None or len(before) >= rules.intermittent_times - 1:
        return _reopen(again or before[0], told, scene, intermittent=again is None)
    incident = Incident(
        id=incident_id(scene.service, started_by, claim.cells),
        service=scene.service,
        severity=told.severity,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        opened_at=scene.now,
        started_after=started_after,
        started_by=started_by,
        peak=claim.scope,
        reason=told.reason,
    )
    case = with_spells(Case(incident, claim.cells), [told], scene)
    case = replace(case, incident=replace(incident, parts=parts_of(case.spells, over=False)))
    return case, IncidentEvent(scene.now, Moment.OPENED, case.incident)


def _reopen(before: Case, told: Told, scene: Scene, *, intermittent: bool) -> tuple[Case, IncidentEvent]:
    """What comes back again and again is one incident, which goes on from its first start; so is what never ended."""
    claim = told.claim
    incident = replace(
        before.incident,
        severity=told.severity,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        peak=max(before.incident.peak, claim.scope, key=lambda scope: WIDTH[scope]),
        ended_after=None,
        ended_by=None,
        resolved_at=None,
        intermittent=intermittent or before.incident.intermittent,
        reason=told.reason,
    )
    case = with_spells(Case(incident, claim.cells, before.spells), [told], scene)
    return case, IncidentEvent(scene.now, Moment.UPDATED, incident)


def _starts(told: Told) -> tuple[Instant | None, Instant] | None:
    """(last good, first bad] of the cell that failed first."""
    starts = [(tally.first_bad, tally.last_good) for tally in told.tallies.values() if tally.first_bad is not None]
    if not starts:
        return None
    started_by, started_after = min(starts, key=lambda start: start[0])
    return started_after, started_by


def _resolve(case: Case, now: Instant, reason: str) -> IncidentEvent:
    last_bad, first_good = case.end()
    resolved = replace(
        case.incident,
        ended_after=last_bad,
        ended_by=first_good if first_good is not None else now,
        resolved_at=now,
        parts=parts_of(case.spells, over=True),
        reason=reason,
    )
    return IncidentEvent(now, Moment.RESOLVED, resolved)


def closed(incident: Incident, now: Instant) -> IncidentEvent:
    """The end of an incident that nothing looks at any more: when it ended will never be known better."""
    return IncidentEvent(now, Moment.RESOLVED, replace(incident, ended_by=now, resolved_at=now))


def _update(case: Case, mine: Sequence[Told], scene: Scene, rules: Rules) -> tuple[Case, list[IncidentEvent]]:
    """The case with its incident as it is now, and a line when that differs from before."""
    before = case.incident
    exact = next((told.claim.scope for told in mine if told.claim.cells == case.reach), None)
    scope = exact or scope_of_cells(case.reach, scene.enabled, rules)
    started_after, started_by = _earlier_start(before, mine)
    after = replace(
        before,
        severity=mine[0].severity if mine else before.severity,
        scope=scope,
        regions=tuple(region for region in scene.regions if any(key[1] == region for key in case.reach)),
        components=tuple(name for name in scene.components if any(key[0] == name for key in case.reach)),
        started_after=started_after,
        started_by=started_by,
        peak=max(before.peak, scope, key=lambda found: WIDTH[found]),
    )
    if _line(after) == _line(before):
        return case, []
    after = replace(after, reason=mine[0].reason if mine else before.reason, parts=parts_of(case.spells, over=False))
    return replace(case, incident=after), [IncidentEvent(scene.now, Moment.UPDATED, after)]


def _earlier_start(before: Incident, mine: Iterable[Told]) -> tuple[Instant | None, Instant]:
    """A late result may tell that it began earlier than was known."""
    starts = [start for told in mine if (start := _starts(told)) is not None and start[0] is not None]
    earlier = [start for start in starts if start[1] < before.started_by]
    return min(earlier, key=lambda start: start[1], default=(before.started_after, before.started_by))


def _line(incident: Incident) -> tuple[object, ...]:
    """What a line of the timeline tells; the reason's counts change with every look and are no event."""
    return (
        incident.severity,
        incident.scope,
        incident.regions,
        incident.components,
        incident.started_after,
        incident.started_by,
        incident.intermittent,
        incident.cause,
    )
