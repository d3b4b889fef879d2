"""What a leader goes on with after another one: which looks the other ordered, which it did not
come to, and of which nobody has written down what became of them. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from coordinator.domain.schedule.ledger import patience_ms
from coordinator.domain.schedule.schedule import Due, Schedule, Span
from worker.contract.instant import Instant

MADE_UP_MS: Final = 15_000
"""A look that was due no longer ago than this is made up for."""
ANSWERED_MS: Final = 30_000
"""Of looks that were due longer ago than this, the other one waited for the answers itself."""

AHEAD_MS: Final = 3_000
"""No leader orders further ahead of the window that is to be ordered next."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a leader told last of itself."""

    reached: Instant
    """Every look that was due before was dealt with: ordered, or missed."""
    accounted: Instant
    """What became of every look whose time was over by then is written down."""
    begun: Instant = 0
    """When the first of all leaders began, or what is looked at was last changed."""


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


def unaccounted(
    schedule: Schedule, accounted: Instant, until: Instant, longest_ms: int
) -> Iterator[Span]:
    """The looks due before `until` whose time was not over by `accounted`; none has longer than
    `longest_ms`.
    """
    for span in schedule.missed(accounted - longest_ms, until):
        part = since(span, accounted - patience_ms(span.check) + 1)
        if part is not None:
            yield part


def scheduled(span: Span, known: Iterable[tuple[int, int]], begun: Instant) -> Span | None:
    """Its looks as far as there were any, when what is known of the look before it, and of later
    ones, is all that tells so of the time before `begun`.
    """
    seen = (span.instant(low) for low, high in known if high >= span.first_slot - 1)
    return since(span, min([begun, *seen]))


def since(span: Span, at: Instant) -> Span | None:
    """Its looks that are due at a moment or after it."""
    ahead_ms = at - span.instant(span.first_slot)
    first = span.first_slot + max(0, -(-ahead_ms // span.check.interval_ms))
    return replace(span, first_slot=first) if first <= span.last_slot else None


def before(span: Span, at: Instant) -> Span | None:
    """Its looks that are due before a moment."""
    rest = since(span, at)
    if rest is None:
        return span
    last = rest.first_slot - 1
    return replace(span, last_slot=last) if last >= span.first_slot else None


def unknown(span: Span | None, known: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """What is left of a span without the slots that are known, each time from a first to a last."""
    if span is None:
        return
    first, end = span.first_slot, span.last_slot + 1
    for low, high in (*sorted(known), (end, end)):
        if first < min(low, end):
            yield replace(span, first_slot=first, last_slot=min(low, end) - 1)
        first = max(first, high + 1)
