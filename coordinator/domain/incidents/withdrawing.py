"""Withdrawing: an incident whose evidence counts no more, because its workers were found sick.

What is set aside or explained away later never was a sign of trouble. Only sickness that was found
takes evidence away, never silence: a region that is cut off after its incident opened keeps it.
"""

from collections.abc import Collection
from dataclasses import replace

from coordinator.domain.incidents.open_incident import OpenIncident, StepInput, parts_of
from coordinator.domain.incidents.reached import in_order
from coordinator.domain.inference.claim import Claim, scope_of_cells
from coordinator.domain.model.incident import IncidentEvent, revised, withdrawn
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import CellKey
from worker.contract.instant import rfc3339

LITTLE_NATS = 2.0
"""A region of which no more is left than this shows nothing."""


def without_sick(
    opened: OpenIncident, claimed: Collection[CellKey], step_input: StepInput, rules: Rules
) -> tuple[OpenIncident, IncidentEvent | None]:
    """The case without the regions whose evidence counts no more, and the line that says so; as it
    is while that is claimed, or may come back.
    """
    unclaimed = {key[1] for key in opened.reach} - {key[1] for key in claimed}
    left = step_input.remains(opened.reach, opened.incident.started_by) if unclaimed else None
    sick = () if left is None else in_order(step_input.regions, unclaimed & left.ailments.keys())
    if left is None or not sick:
        return replace(opened, fallen_since=None), None
    nothing = not claimed and left.nats({key[1] for key in opened.reach}) < rules.withdraw_nats
    fallen = sick if nothing else [one for one in sick if left.nats([one]) < LITTLE_NATS]
    if not fallen:
        return replace(opened, fallen_since=None), None
    since = step_input.now if opened.fallen_since is None else opened.fallen_since
    opened = replace(opened, fallen_since=since)
    if step_input.now - since < step_input.quickest_ms(opened.reach):
        return opened, None
    found = f"was found sick at {rfc3339(since)[11:16]} UTC"
    why = f"{'; '.join(f'{one} {found}: {left.ailments[one]}' for one in fallen)}."
    if nothing:
        event = withdrawn(opened.incident, step_input.now, why)
        return replace(opened, incident=event.incident), event
    less = _narrowed(opened, fallen, step_input, rules)
    if not less.reach:  # each of many regions shows little, and all of them enough
        return opened, None
    return less, revised(less.incident, step_input.now, why)


def _narrowed(
    opened: OpenIncident, fallen: Collection[str], step_input: StepInput, rules: Rules
) -> OpenIncident:
    """The case without these regions, which it never reached."""
    reach = frozenset(key for key in opened.reach if key[1] not in fallen)
    claim = Claim(
        scope_of_cells(reach, step_input.enabled, rules, step_input.newest),
        reach,
        in_order(step_input.regions, {region for _, region in reach}),
        in_order(step_input.components, {component for component, _ in reach}),
        slow=opened.slow,
        since=opened.incident.started_by,
    )
    spans = {key: span for key, span in opened.cell_spans.items() if key[1] not in fallen}
    incident = replace(
        opened.incident,
        scope=claim.scope,
        regions=claim.regions,
        components=claim.components,
        parts=parts_of(spans, over=False),
        reason=step_input.say(claim, opened.incident.severity),
    )
    return replace(opened, incident=incident, reach=reach, cell_spans=spans, fallen_since=None)
