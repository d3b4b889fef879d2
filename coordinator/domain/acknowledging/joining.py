"""Joins what the vendor of a service said with what we saw of it.

Each time from both sides as they are now, so that an edit of either revises it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coordinator.domain.acknowledging.acknowledgement import Acknowledgement, State
from coordinator.domain.acknowledging.clocks import clocks_of
from coordinator.domain.acknowledging.hearing import Span, joined, lasts_ms, within, without
from coordinator.domain.acknowledging.matching import (
    Basis,
    Meaning,
    basis,
    meaning_of,
    reached,
    span_of,
)
from coordinator.domain.acknowledging.reach import reach_of
from coordinator.domain.acknowledging.remarks import remarks
from coordinator.domain.acknowledging.statement import Statement
from coordinator.domain.acknowledging.words import Course
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant

FINAL_MS: Final = 86_400_000
"""So long after the end of an incident its vendor may still say something of it."""
GRACE_MS: Final = 600_000
"""So long we may take to see what the vendor already says."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """What is known of a service's vendor at one moment."""

    service: str
    components: Collection[str]
    """All components that the service has."""
    names: Mapping[str, Mapping[str, str]]
    """Of each page that is looked at, the vendor's names in small letters and what they mean."""
    statements: Sequence[Statement]
    heard: Sequence[Span]
    """When any page of it was read."""


def acknowledgements(
    vendor: Vendor, incidents: Iterable[Incident], now: Instant
) -> list[Acknowledgement]:
    """All rows on some incidents and the vendor's statements. Those that were withdrawn have
    none.
    """
    ours = [one for one in incidents if one.service == vendor.service and not one.withdrawn]
    meanings = [*_meanings(vendor, now)]
    found: list[Acknowledgement] = []
    matched: set[str] = set()
    for incident in ours:
        of_it = [(one, why) for one in meanings if (why := basis(one, incident, now))]
        matched.update(_name(one) for one, _ in of_it)
        found += _of_incident(vendor, incident, of_it, meanings, now)
    unmatched = (one for one in meanings if _name(one) not in matched)
    found += (_unseen(one) for one in unmatched if _should_see(vendor, one, now))
    return found


def _meanings(vendor: Vendor, now: Instant) -> Iterator[Meaning]:
    for statement in vendor.statements:
        clocks = clocks_of(statement)
        if clocks is not None:
            yield meaning_of(statement, clocks, vendor.names.get(statement.page), now)


def _name(meaning: Meaning) -> str:
    return f"{meaning.statement.page}\n{meaning.statement.incident}"


def _of_incident(
    vendor: Vendor,
    incident: Incident,
    of_it: Sequence[tuple[Meaning, Basis]],
    meanings: Sequence[Meaning],
    now: Instant,
) -> Iterator[Acknowledgement]:
    green, unheard = _reassured(vendor, incident, meanings, now)
    ordered = sorted(of_it, key=lambda pair: (pair[0].clocks.likely, _name(pair[0])))
    for number, (meaning, why) in enumerate(ordered):
        yield Acknowledgement(
            service=vendor.service,
            state=State.ACKNOWLEDGED,
            at=incident.opened_at,
            incident=incident,
            statement=meaning.statement,
            basis=why,
            clocks=meaning.clocks,
            reach=reach_of(meaning, incident, vendor.components),
            leads=number == 0,
            reassured_ms=0 if number else green,
            unheard_ms=0 if number else unheard,
            remarks=remarks(meaning),
        )
    if not ordered:
        yield Acknowledgement(
            service=vendor.service,
            state=_silence(vendor, incident, now),
            at=incident.opened_at,
            incident=incident,
            reassured_ms=green,
            unheard_ms=unheard,
        )


def _silence(vendor: Vendor, incident: Incident, now: Instant) -> State:
    lasted = span_of(incident, now)
    final = incident.resolved_at is not None and now > lasted.until + FINAL_MS
    listened = Span(lasted.since, (lasted.until + FINAL_MS if final else now) + 1)
    if not within(vendor.heard, listened):
        return State.NOT_HEARD
    return State.NEVER if final else State.NOTHING_YET


def _unseen(meaning: Meaning) -> Acknowledgement:
    return Acknowledgement(
        service=meaning.statement.service,
        state=State.UNSEEN,
        at=meaning.clocks.by,
        statement=meaning.statement,
        clocks=meaning.clocks,
        remarks=remarks(meaning),
    )


def _should_see(vendor: Vendor, meaning: Meaning, now: Instant) -> bool:
    """Whether we would have seen it: it is of what we look at, and we listened before it began."""
    since = vendor.heard[0].since if vendor.heard else now
    return (
        not meaning.elsewhere
        and meaning.span.since >= since
        and now >= meaning.clocks.by + GRACE_MS
    )


def _reassured(
    vendor: Vendor, incident: Incident, meanings: Iterable[Meaning], now: Instant
) -> tuple[int, int]:
    """How long the page was green, and how long it was not heard or cannot be told, while the
    incident was seen.
    """
    ends = (incident.ended_after, incident.ended_by, incident.resolved_at)
    end = next((at for at in ends if at is not None), now)
    red = [Span(incident.started_by, max(end, incident.started_by))]
    ours = reached(incident)
    of_it = [one for one in meanings if not one.elsewhere and _concerns(one, ours)]
    said = [span for one in of_it for span in _spans(one.statement, Course.GOES_ON, now)]
    unsaid = [span for one in of_it for span in _spans(one.statement, Course.UNKNOWN, now)]
    heard = within(vendor.heard, red[0])
    green = without(without(heard, said), unsaid)
    told = joined([*green, *within(said, red[0])])
    return lasts_ms(green), lasts_ms(without(red, told))


def _concerns(meaning: Meaning, components: frozenset[str]) -> bool:
    return not meaning.components or not components.isdisjoint(meaning.components)


def _spans(statement: Statement, course: Course, now: Instant) -> Iterator[Span]:
    """When the page had it with this course, as it was read."""
    wordings = statement.wordings
    gone = statement.gone.first_at if statement.gone else max(now, statement.last_at + 1)
    ends = [*(edit.first_at for edit in wordings[1:]), gone]
    for edit, end in zip(wordings, ends, strict=True):
        if edit.words is not None and edit.words.course is course:
            yield Span(edit.first_at, end)
