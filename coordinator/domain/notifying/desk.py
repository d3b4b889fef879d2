"""Who is to be told now: every rule over every incident, however often it is asked.

It goes by what is and by what was said, not by what happened in between: asked again after a
restart it says nothing twice and leaves nothing out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from coordinator.domain.model.incident import Incident
from coordinator.domain.notifying.context import NOTHING, Contexts
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import (
    DIGESTED,
    Kind,
    Step,
    Thread,
    continued,
    is_behind,
    joined,
    opened,
)
from worker.contract.instant import Instant

BURST: Final = 10
"""So many threads of one rule begin within BURST_MS; more are counted in one message."""
BURST_MS: Final = 600_000

Key = tuple[str, str]
"""(rule, incident)"""


@dataclass(frozen=True, slots=True)
class Digest:
    """Incidents of which one rule says no more than that they are."""

    rule: str
    incidents: tuple[str, ...]


@dataclass(slots=True)
class Desk:
    """What is known: the incidents, what was said of them, and how sure their services' verdicts
    are.
    """

    incidents: Mapping[str, Incident]
    """Those that are open, and those of which a thread is not over, by id."""
    threads: Mapping[Key, Thread]
    confidence: Mapping[str, float] = field(default_factory=dict)
    """By service."""
    begun: Mapping[str, int] = field(default_factory=dict)
    """How many threads of each rule began within BURST_MS."""
    asked: Collection[str] | None = None
    """The incidents that are asked about, when it is not all of them: those that changed, and those
    that waited.
    """
    waiting: set[str] = field(default_factory=set)
    """The incidents of which something is to be said later, though they do not change."""
    contexts: Contexts = field(default_factory=dict)
    """What is around those of which there is something to be said."""
    holds: Mapping[str, int] = field(default_factory=dict)
    """By service: how long its beginnings wait for one of those that it depends on, in ms."""
    recent: Collection[str] | None = None
    """The incidents that go on or were over a moment ago; None where nobody knows."""

    def steps(self, rules: Iterable[Rule], at: Instant) -> tuple[list[Step], list[Digest]]:
        """How the threads go on, and what is only counted."""
        steps, digests = list[Step](), list[Digest]()
        order, fell = self._in_order(), self.fell()
        threads: defaultdict[str, dict[str, Thread]] = defaultdict(dict)
        for (of, incident), thread in self.threads.items():
            threads[of][incident] = thread
        for rule in rules:
            found = list(self._of(rule, order, fell, threads.get(rule.id, {}), at))
            begins = [step for step in found if step.kind is Kind.OPENED]
            room = max(0, BURST - self.begun.get(rule.id, 0))
            surplus = {step.thread.incident for step in begins[room:]}
            steps += (_bounded(step, surplus) for step in found)
            if surplus:
                digests.append(Digest(rule.id, tuple(sorted(surplus))))
        return steps, digests

    def _of(
        self,
        rule: Rule,
        order: Sequence[Incident],
        fell: "Fell",
        threads: Mapping[str, Thread],
        at: Instant,
    ) -> Iterator[Step]:
        telling = {name for name, one in threads.items() if not one.within and not one.over}
        for incident in order:
            thread, also = threads.get(incident.id), _asked_for(rule, fell.get(incident.id, ()))
            if thread is None:
                step = self._begin(rule, incident, also, telling, at)
            elif self._is_left(thread, incident):
                step = opened(rule, incident, also, at)
            else:
                step = continued(thread, incident, also, at)
                if step is None and is_behind(thread, incident, also):
                    self.waiting.add(incident.id)
            if step is not None:
                if step.kind is Kind.OPENED:
                    telling.add(incident.id)
                yield step

    def _is_left(self, thread: Thread, incident: Incident) -> bool:
        """Whether it goes on though the incident in whose thread it was told is over for long."""
        if self.recent is None or thread.over or incident.resolved_at is not None:
            return False
        return thread.within not in ("", DIGESTED) and thread.within not in self.recent

    def _in_order(self) -> Sequence[Incident]:
        """Those that are asked about, causes first, so that what fell with them finds a thread."""
        asked = self.incidents if self.asked is None else self.asked
        found = [self.incidents[one] for one in asked if one in self.incidents]
        return sorted(found, key=self._place)

    def _place(self, one: Incident) -> tuple[bool, Instant, str]:
        return bool(causes_of(one, self.contexts)), one.started_by, one.id

    def _begin(
        self, rule: Rule, incident: Incident, also: Sequence[str], telling: set[str], at: Instant
    ) -> Step | None:
        if incident.resolved_at is not None or not rule.wants(incident, 1.0):
            return None
        context = self.contexts.get(incident.id, NOTHING)
        if context.waits:
            return None  # asked again when that changes
        sure = self.confidence.get(incident.service, 0.0)
        if not (rule.wants(incident, sure) and rule.is_due(incident, at)):
            self.waiting.add(incident.id)
            return None
        found = next((one for one in causes_of(incident, self.contexts) if one in telling), None)
        if found is not None:
            return joined(rule, incident, found, at)
        hold_ms = self.holds.get(incident.service, 0)
        if hold_ms and context.cause is None and at - incident.opened_at < hold_ms:
            self.waiting.add(incident.id)
            return None
        return opened(rule, incident, also, at)

    def fell(self) -> "Fell":
        """For each incident, the other services that fell with it or because of it."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one in self.incidents.values():
            if one.resolved_at is None and not self.contexts.get(one.id, NOTHING).waits:
                for name in causes_of(one, self.contexts):
                    found[name].add(one.service)
        return {
            name: services - {self.incidents[name].service}
            for name, services in found.items()
            if name in self.incidents
        }


Fell = Mapping[str, Collection[str]]
"""Services by the incident that they fell with."""


def causes_of(incident: Incident, contexts: Contexts) -> list[str]:
    """The incidents in whose thread it belongs: what began together with it, the last cause, and
    that which is next to it.
    """
    cause = contexts.get(incident.id, NOTHING).cause
    found = [incident.cause, *((cause.root, cause.incident) if cause else ())]
    return [one for one in dict.fromkeys(found) if one and one != incident.id]


def _asked_for(rule: Rule, services: Collection[str]) -> Sequence[str]:
    return sorted(one for one in services if not rule.services or one in rule.services)


def begun_lately(threads: Iterable[tuple[Thread, Instant]], at: Instant) -> Mapping[str, int]:
    """How many threads of each rule, given with when they began, did so within BURST_MS."""
    return Counter(
        thread.rule for thread, began in threads if at - began < BURST_MS and not thread.within
    )


def _bounded(step: Step, surplus: Collection[str]) -> Step:
    """The step, or none of it but a count where there are too many."""
    if step.thread.incident not in surplus:
        return step
    return Step(replace(step.thread, within=DIGESTED), None)
