"""The probable end: an incident of which nothing is claimed any more goes on until it was well for
long enough; since when it probably is over is told at once.

That it came back before speaks against it: after n ends that were none, the next one is one with a
chance of 1 / (n + 1) (the rule of succession, Laplace 1774, for what happens once an incident).
"""

from collections.abc import Collection
from dataclasses import replace

from coordinator.domain.incidents.duty import is_turning
from coordinator.domain.incidents.open_incident import OpenIncident, StepInput
from coordinator.domain.model.incident import IncidentEvent, Moment, ProbableEnd
from coordinator.domain.window.axes import CellKey
from worker.contract.instant import rfc3339

LEAST = 0.25
"""An end that is less likely is not told."""
MOST = 0.99
"""Never is it sure."""
TELLING = 0.1
"""By so much it must become more or less likely to be told anew."""


def with_probable_end(
    opened: OpenIncident,
    claimed: Collection[CellKey],
    lines: list[IncidentEvent],
    step_input: StepInput,
) -> tuple[OpenIncident, list[IncidentEvent]]:
    """The case with since when it probably is over, and its lines; one more where that is new. What
    was told stays until it is claimed again: that nobody sees its end any more is no return.
    """
    found, told = _probable_end(opened, claimed, step_input), opened.incident.probably_over
    if found == told or (found is None and not claimed):
        return opened, lines
    if found is not None and told is not None and _is_alike(found, told):
        return opened, lines
    incident = replace(opened.incident, probably_over=found)
    told_already = [replace(one, incident=incident) for one in lines]
    line = IncidentEvent(step_input.now, Moment.UPDATED, incident)
    if found is not None:
        line = replace(line, moment=Moment.ENDING, note=as_told(found))
    returns = opened.returns + (found is None)
    return replace(opened, incident=incident, returns=returns), told_already or [line]


def as_told(end: ProbableEnd) -> str:
    """`It is probably over since 14:02:10 to 14:02:40 UTC (97 %).`"""
    after, by = rfc3339(end.after)[11:19], rfc3339(end.by)[11:19]
    return f"It is probably over since {after} to {by} UTC ({100 * end.chance:.0f} %)."


def _probable_end(
    opened: OpenIncident, claimed: Collection[CellKey], step_input: StepInput
) -> ProbableEnd | None:
    """None while it goes on, or nobody knows; of what comes and goes, a pause is no end."""
    after, by = opened.end()
    turning = opened.duty is not None and is_turning(opened.on_times, step_input.now)
    if claimed or step_input.unknown or turning or after is None or by is None:
        return None
    chance = round((1 - step_input.wrong) / (1 + opened.returns), 2)
    return ProbableEnd(after, by, min(chance, MOST)) if chance >= LEAST else None


def _is_alike(found: ProbableEnd, told: ProbableEnd) -> bool:
    same = (found.after, found.by) == (told.after, told.by)
    return same and abs(found.chance - told.chance) < TELLING
