"""Which statements of a vendor speak of which incidents of ours: by component and by time, never by
their text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coordinator.domain.acknowledging.clocks import Clocks
from coordinator.domain.acknowledging.hearing import Span
from coordinator.domain.acknowledging.statement import Statement
from coordinator.domain.acknowledging.words import Course
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant

NEAR_MS: Final = 300_000
"""What ends so shortly before, or begins so shortly behind, may be the same."""
AFTERWARDS_MS: Final = 3_600_000
"""So long after the end something may be admitted that is over by then."""


class Basis(StrEnum):
    """Why a statement and an incident belong together."""

    COMPONENT = "component"
    """They name a component together, and overlap in time."""
    TIME = "time"
    """They overlap in time; the vendor names no component."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A statement as it is compared: what it means of ours, and when it was so."""

    statement: Statement
    clocks: Clocks
    components: frozenset[str]
    """Of ours, of all that it named; empty when it names none."""
    elsewhere: bool
    """Whether it names components, none of which we look at."""
    span: Span


def meaning_of(
    statement: Statement, clocks: Clocks, components: Mapping[str, str] | None, now: Instant
) -> Meaning:
    """What a statement means. `components` are the vendor's names, in small letters, to ours; None
    where the page is looked at no more."""
    told = [edit.words for edit in statement.wordings if edit.words is not None]
    meant = frozenset[str]().union(*(words.means(components) for words in told))
    named = any(words.names for words in told)
    moments = (clocks.claimed, clocks.published, clocks.by)
    begin = min(at for at in moments if at is not None)
    return Meaning(
        statement,
        clocks,
        meant,
        elsewhere=bool(named and not meant and components),
        span=Span(begin, max(_end(statement, now), begin)),
    )


def _end(statement: Statement, now: Instant) -> Instant:
    """When it was over, as the vendor says, or we read."""
    if statement.over_by is None:
        return now
    resolved = statement.current.resolved_at
    believed = resolved is not None and resolved <= statement.over_by
    return resolved if believed and resolved is not None else statement.over_by


def reached(incident: Incident) -> frozenset[str]:
    """The components that an incident reaches, or once did."""
    parts = {part.name for part in incident.parts if part.axis == "component"}
    return frozenset(parts | set(incident.components))


def span_of(incident: Incident, now: Instant) -> Span:
    """From the last good look before it to the first one behind."""
    begin = incident.started_by if incident.started_after is None else incident.started_after
    ends = [at for at in (incident.ended_by, incident.resolved_at) if at is not None]
    return Span(begin, max(begin, ends[0] if ends else now))


def basis(meaning: Meaning, incident: Incident, now: Instant) -> Basis | None:
    """Why a statement speaks of an incident; None when it does not."""
    if meaning.elsewhere or meaning.statement.service != incident.service:
        return None
    ours = reached(incident)
    if meaning.components and ours.isdisjoint(meaning.components):
        return None
    lasted = span_of(incident, now)
    first = meaning.statement.spoke
    was_over = first is not None and first.words is not None and first.words.course is Course.OVER
    room = AFTERWARDS_MS if was_over else NEAR_MS
    if meaning.span.since > lasted.until + room or meaning.span.until < lasted.since - NEAR_MS:
        return None
    return Basis.COMPONENT if meaning.components else Basis.TIME
