"""The life of an incident: it opens on a confirmed claim, widens at once, narrows slowly, resolves
when sure.

Silence never resolves one, and `unknown` keeps it open. Claims that share cells with an open
incident are the same disruption; a claim that reaches several makes them one, the oldest. What
comes back for the third time within an hour is one intermittent incident. Ids derive from the
service, the start and the first component and region, so that the same disruption found again after
a restart is the same incident.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from coordinator.domain.incidents.ending import with_probable_end
from coordinator.domain.incidents.matching import match
from coordinator.domain.incidents.open_incident import (
    AnnouncedClaim,
    OpenIncident,
    StepInput,
    is_over,
    narrowed,
    parts_of,
    told_of_duty,
    with_cell_spans,
    with_duty,
)
from coordinator.domain.incidents.opening import is_confirmed, is_heard_enough
from coordinator.domain.incidents.reached import claim_of_reach, in_order, worst_of
from coordinator.domain.incidents.withdrawing import without_sick
from coordinator.domain.model.incident import Closed, Incident, IncidentEvent, Moment
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope, widest
from coordinator.domain.window.axes import CellKey
from worker.contract.instant import Instant

OVER = frozenset({Moment.RESOLVED, Moment.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class OpenIncidents:
    """The open incidents of a service, oldest first, and those that ended or were withdrawn
    lately.
    """

    open: tuple[OpenIncident, ...] = ()
    ended: tuple[OpenIncident, ...] = ()


def incident_id(service: str, started_by: Instant, cells: Iterable[CellKey]) -> str:
    """The id of a disruption of this service that began by this moment with these cells. 16
    hexadecimal digits.
    """
    component, region = min(cells)
    return blake2b(
        f"{service}\n{started_by}\n{component}\n{region}".encode(), digest_size=8
    ).hexdigest()


def step(
    incidents: OpenIncidents, step_input: StepInput, rules: Rules
) -> tuple[OpenIncidents, list[IncidentEvent]]:
    """What becomes of the incidents of a service at this step, and the new lines of their
    timelines.
    """
    bad = [announced for announced in step_input.announced if announced.claim.located]
    matched, absorbed = match(incidents.open, bad)
    events: list[IncidentEvent] = []
    going: list[OpenIncident] = []
    ended = list(incidents.ended)
    for place, opened in enumerate(incidents.open):
        if place in absorbed:
            into = incidents.open[absorbed[place]].incident.id
            events.append(_resolve(opened, step_input.now, f"It is one with incident {into}."))
            continue
        after, lines = _go_on(
            opened,
            [announced for announced in bad if matched.get(id(announced)) == place],
            step_input,
            rules,
        )
        events += lines
        is_over = bool(lines) and lines[-1].moment in OVER
        (ended if is_over else going).append(after)
    for announced in bad:
        if (
            id(announced) not in matched
            and (begun := _open(announced, step_input, ended, rules)) is not None
        ):
            opened, line = begun
            going.append(opened)
            ended = [other for other in ended if other.incident.id != opened.incident.id]
            events.append(line)
    kept = tuple(
        opened
        for opened in ended
        if (opened.incident.resolved_at or 0) > step_input.now - rules.intermittent_within_ms
    )
    return OpenIncidents(tuple(going), kept), events


def _go_on(
    opened: OpenIncident, mine: Sequence[AnnouncedClaim], step_input: StepInput, rules: Rules
) -> tuple[OpenIncident, list[IncidentEvent]]:
    claimed = frozenset(key for announced in mine for key in announced.claim.cells)
    opened = with_cell_spans(replace(opened, reach=opened.reach | claimed), mine, step_input)
    times = rules.intermittent_times if opened.incident.intermittent else 1
    wanted_ms = times * step_input.resolve_ms(opened.reach, rules)
    if not mine and is_over(opened, step_input, claimed, rules, wanted_ms):
        event = _resolve(opened, step_input.now, opened.incident.reason)
        return replace(opened, incident=event.incident), [event]
    opened, fell = without_sick(opened, claimed, step_input, rules)
    if fell is not None and fell.moment is Moment.WITHDRAWN:
        return opened, [fell]
    opened = replace(opened, reach=narrowed(opened, step_input, claimed, rules))
    opened, lines = _update(opened, mine, step_input, rules)
    opened = with_duty(opened, bool(mine), step_input, rules)
    opened, lines = with_probable_end(opened, claimed, lines, step_input)
    return opened, [fell, *lines] if fell is not None else lines


def _open(
    announced: AnnouncedClaim, step_input: StepInput, ended: Sequence[OpenIncident], rules: Rules
) -> tuple[OpenIncident, IncidentEvent] | None:
    claim, starts = announced.claim, _starts(announced)
    if (
        not starts
        or not is_heard_enough(claim, step_input.enabled, step_input.independence)
        or not is_confirmed(announced, step_input.now, step_input.quickest_ms(claim.cells), rules)
    ):
        return None
    started_after, started_by = starts
    lately = step_input.now - rules.intermittent_within_ms
    before = [
        opened
        for opened in ended
        if opened.reach & claim.cells
        and (opened.incident.resolved_at or 0) > lately
        and not opened.incident.withdrawn
    ]
    again = next((opened for opened in before if opened.incident.started_by == started_by), None)
    if again is not None or len(before) >= rules.intermittent_times - 1:
        return _reopen(again or before[0], announced, step_input, intermittent=again is None)
    name = incident_id(step_input.service, started_by, claim.cells)
    if any(opened.incident.id == name for opened in ended):
        # what was withdrawn stays so
        name = incident_id(step_input.service, step_input.now, claim.cells)
    incident = Incident(
        id=name,
        service=step_input.service,
        severity=announced.severity,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        opened_at=step_input.now,
        started_after=started_after,
        started_by=started_by,
        peak=claim.scope,
        reason=announced.reason,
    )
    opened = with_cell_spans(OpenIncident(incident, claim.cells), [announced], step_input)
    opened = replace(
        opened, incident=replace(incident, parts=parts_of(opened.cell_spans, over=False))
    )
    return opened, IncidentEvent(step_input.now, Moment.OPENED, opened.incident)


def _reopen(
    before: OpenIncident, announced: AnnouncedClaim, step_input: StepInput, *, intermittent: bool
) -> tuple[OpenIncident, IncidentEvent]:
    """What comes back again and again is one incident, which goes on from its first start; so is
    what never ended.
    """
    claim = announced.claim
    incident = replace(
        before.incident,
        severity=announced.severity,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        peak=widest((before.incident.peak, claim.scope)),
        ended_after=None,
        ended_by=None,
        resolved_at=None,
        probably_over=None,
        closed_because="",
        intermittent=intermittent or before.incident.intermittent,
        reason=announced.reason,
    )
    opened = with_cell_spans(
        OpenIncident(
            incident,
            claim.cells,
            before.cell_spans,
            on_times=before.on_times,
            returns=before.returns + 1,
        ),
        [announced],
        step_input,
    )
    return opened, IncidentEvent(step_input.now, Moment.UPDATED, incident)


def _starts(announced: AnnouncedClaim) -> tuple[Instant | None, Instant] | None:
    """(last good, first bad] of the cell that failed first."""
    starts = [
        (tally.first_bad, tally.last_good)
        for tally in announced.tallies.values()
        if tally.first_bad is not None
    ]
    if not starts:
        return None
    started_by, started_after = min(starts, key=lambda start: start[0])
    return started_after, started_by


def _resolve(opened: OpenIncident, now: Instant, reason: str) -> IncidentEvent:
    last_bad, first_good = opened.end()
    resolved = replace(
        told_of_duty(opened),
        ended_after=last_bad,
        ended_by=first_good if first_good is not None else now,
        resolved_at=now,
        probably_over=None,
        closed_because=Closed.ENDED,
        parts=parts_of(opened.cell_spans, over=True),
        reason=reason,
    )
    return IncidentEvent(now, Moment.RESOLVED, resolved)


def _update(
    opened: OpenIncident, mine: Sequence[AnnouncedClaim], step_input: StepInput, rules: Rules
) -> tuple[OpenIncident, list[IncidentEvent]]:
    """The case with its incident as it is now, and a line when that differs from before.

    Scope, places and sentence follow from the cells that it reaches now: from the one claim that is
    announced of them, else as a claim of them would be. While nothing is claimed, nothing is new.
    """
    if not mine:
        return opened, []
    before, severity = opened.incident, worst_of(mine)
    told = claim_of_reach(opened.reach, mine, step_input, rules)
    # what was known of its scope stays known though others fall silent, as long as they are ours
    is_kept = told.scope is Scope.UNKNOWN and {*before.regions} <= {*step_input.regions}
    scope = before.scope if is_kept else told.scope
    started_after, started_by = _earlier_start(before, mine)
    after = replace(
        told_of_duty(opened),
        severity=severity,
        scope=scope,
        regions=in_order(step_input.regions, {region for _, region in opened.reach}),
        components=in_order(step_input.components, {name for name, _ in opened.reach}),
        started_after=started_after,
        started_by=started_by,
        peak=widest((before.peak, scope)),
    )
    if _line(after) == _line(before):
        return opened, []
    said = next(
        (one.reason for one in mine if one.claim is told and one.severity is severity), None
    )
    after = replace(
        after,
        reason=said or step_input.say(told, severity),
        parts=parts_of(opened.cell_spans, over=False),
    )
    return replace(opened, incident=after), [IncidentEvent(step_input.now, Moment.UPDATED, after)]


def _earlier_start(
    before: Incident, mine: Iterable[AnnouncedClaim]
) -> tuple[Instant | None, Instant]:
    """A late result may tell that it began earlier than was known."""
    starts = [
        start
        for announced in mine
        if (start := _starts(announced)) is not None and start[0] is not None
    ]
    earlier = [start for start in starts if start[1] < before.started_by]
    return min(
        earlier, key=lambda start: start[1], default=(before.started_after, before.started_by)
    )


def _line(incident: Incident) -> tuple[object, ...]:
    """What a line of the timeline tells; the reason's counts change with every look and are no
    event.
    """
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
