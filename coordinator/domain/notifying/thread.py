"""A thread: all that one rule says of one incident. At most one beginning, changes, one end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import WIDTH, Scope, Severity
from coordinator.domain.notifying.rule import Rule
from worker.contract.instant import Instant

WORSE_AFTER_MS: Final = 60_000
"""That it became worse is told again after so long at the earliest."""
CHANGED_AFTER_MS: Final = 600_000
"""Any other change after so long."""


class Kind(StrEnum):
    """What a message does to its thread."""

    OPENED = "opened"
    CHANGED = "changed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    DIGEST = "digest"
    """Many began at once: one message counts them."""
    ASKED = "asked"
    """Of no thread: whether somebody wants to be told at all."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an incident last."""

    severity: Severity
    scope: Scope
    regions: tuple[str, ...]
    components: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Other services that most likely fell with it."""

    def is_worse_than(self, before: "Said") -> bool:
        """Whether somebody must know it soon."""
        order = list(Severity)
        return (
            order.index(self.severity) > order.index(before.severity)
            or WIDTH[self.scope] > WIDTH[before.scope]
            or bool({*self.also} - {*before.also})
        )


@dataclass(frozen=True, slots=True)
class Thread:
    """What one rule said of one incident."""

    rule: str
    incident: str
    said: Said
    at: Instant
    """When that was."""
    over: bool = False
    within: str = ""
    """The incident in whose thread this one is told, or DIGESTED; empty when it has messages of its
    own.
    """


DIGESTED: Final = "*"
"""Told in a digest only."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a thread goes on; without `kind` nothing is said."""

    thread: Thread
    kind: Kind | None


def said_of(incident: Incident, also: Sequence[str]) -> Said:
    """What is to be said of an incident now."""
    return Said(
        incident.severity, incident.scope, incident.regions, incident.components, tuple(also)
    )


def opened(rule: Rule, incident: Incident, also: Sequence[str], at: Instant) -> Step:
    """The beginning of a thread."""
    return Step(Thread(rule.id, incident.id, said_of(incident, also), at), Kind.OPENED)


def joined(rule: Rule, incident: Incident, within: str, at: Instant) -> Step:
    """A thread that is told in another one."""
    return Step(Thread(rule.id, incident.id, said_of(incident, ()), at, within=within), None)


def is_behind(thread: Thread, incident: Incident, also: Sequence[str]) -> bool:
    """Whether something is to be said of it that was not said yet."""
    return not thread.over and not thread.within and said_of(incident, also) != thread.said


def continued(thread: Thread, incident: Incident, also: Sequence[str], at: Instant) -> Step | None:
    """How a thread goes on, if it does."""
    if thread.over:
        return None
    if incident.resolved_at is not None:
        over = replace(thread, over=True, at=at)
        end = Kind.WITHDRAWN if incident.withdrawn else Kind.RESOLVED
        return Step(over, None if thread.within else end)
    said = said_of(incident, also)
    if thread.within or said == thread.said:
        return None
    wait_ms = WORSE_AFTER_MS if said.is_worse_than(thread.said) else CHANGED_AFTER_MS
    if at - thread.at < wait_ms:
        return None
    return Step(replace(thread, said=said, at=at), Kind.CHANGED)
