"""What a leader goes on with after another one: which looks the other ordered, and which it did not
come to. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coordinator.domain.schedule.schedule import Due, Schedule
from worker.contract.instant import Instant

MADE_UP_MS: Final = 15_000
"""A look that was due no longer ago than this is made up for."""
ANSWERED_MS: Final = 30_000
"""Of looks that were due longer ago than this, the other one waited for the answers itself."""

AHEAD_MS: Final = 3_000
"""No leader orders further ahead of the window that is to be ordered next."""


@dataclass(frozen=True, slots=True)
class Succession:
    """The looks around a change of leaders, each in order of time."""

    ordered: tuple[Due, ...]
    """By the other one; what comes of them is still to be heard."""
    late: tuple[Due, ...]
    """To be ordered now: of each check in each region the last one that was not ordered."""
    missed: tuple[Due, ...]
    """Not ordered, and not to be: a later one of the same check in the same region is."""


def succession(
    schedule: Schedule, marks: Mapping[str, Instant], now: Instant, begin: Instant
) -> Succession:
    """What there is when somebody goes on at `now` with windows from `begin` on.

    `marks` say of each region up to when its looks were ordered; a region without one had none
    ordered for as long as looks are made up for.
    """
    ordered: list[Due] = []
    late: dict[tuple[str, str], Due] = {}
    missed: list[Due] = []
    for due in schedule.due(begin - ANSWERED_MS, max([begin, *marks.values()])):
        key = due.check.id, due.region
        if due.scheduled_at < marks.get(due.region, 0):
            ordered.append(due)
        elif begin - MADE_UP_MS <= due.scheduled_at < begin:
            if key in late:
                missed.append(late[key])
            late[key] = due
    found = sorted(late.values(), key=lambda due: due.scheduled_at)
    kept = [due for due in found if now - due.scheduled_at < due.check.interval_ms]
    missed += [due for due in found if now - due.scheduled_at >= due.check.interval_ms]
    return Succession(tuple(ordered), tuple(kept), tuple(missed))


def believable(marks: Mapping[str, Instant], begin: Instant) -> dict[str, Instant]:
    """The marks that a leader could have set by now; further ones are from before the clock was set
    back.
    """
    return {region: mark for region, mark in marks.items() if mark <= begin + AHEAD_MS}
