"""The engine: results in, verdicts and incidents out, on the results' own clock.

It holds the window of recent looks and the open incidents, calls the pure rules on them, and does nothing else.
Live ingest, rebuild after a restart and `outscope replay` all run this one class, so they agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from coordinator.domain.fitness import Fitness, FitnessChange
from coordinator.domain.fleet import NEVER, Fleet
from coordinator.domain.inbox import Inbox
from coordinator.domain.incident import Incident, IncidentEvent
from coordinator.domain.judge import Judge
from coordinator.domain.life import closed
from coordinator.domain.look import look_of
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Check, Role, Topology
from coordinator.domain.verdict import Verdict
from worker.contract.instant import Instant
from worker.contract.result import Result

Event: TypeAlias = Verdict | FitnessChange | IncidentEvent
"""What the engine says: a verdict that changed, a fitness that changed, a line of an incident's timeline."""


class Route(NamedTuple):
    """Where the looks of a check go: to the judge of its service, if it is not a reference."""

    check: Check
    regions: frozenset[str]
    judge: Judge | None


class Engine:
    """The judge with its memory. Deterministic: the same results and instants give the same events.

    Results count at the first grid step at or after their `received_at`, however they were handed in, as long as
    that is before `advance` went past it. So take results in first, and advance to a moment from which on no
    earlier result can still come.
    """

    def __init__(self, topology: Topology, rules: Rules) -> None:
        self._inbox = Inbox()
        self._judged: Instant | None = None
        self._closed: list[IncidentEvent] = []
        self._found(topology, rules)

    def _found(self, topology: Topology, rules: Rules) -> None:
        """Build fleet and judges, empty."""
        self._topology, self._rules = topology, rules
        self._fleet = Fleet(topology, rules)
        self._judges = {
            service.id: Judge(service, topology, rules, self._fleet)
            for service in topology.services
            if service.role is Role.SERVICE
        }
        self._routes = {
            check.id: Route(check, frozenset(check.regions), self._judges.get(check.service))
            for check in topology.checks
        }

    @property
    def judged_at(self) -> Instant | None:
        """The last grid step that was judged."""
        return self._judged

    def observe(self, results: Iterable[Result]) -> None:
        """Take results in. Order and repeats do not matter; unknown checks or regions are ignored."""
        routes = self._routes
        self._inbox.put(
            result
            for result in results
            if (route := routes.get(result.check)) is not None and result.region in route.regions
        )

    def advance(self, now: Instant) -> Sequence[Event]:
        """Judge at every grid step up to `now` that was not judged yet; the events, in order of time."""
        events: list[Event] = [*self._closed]
        self._closed = []
        step, end = self._rules.step_ms, now // self._rules.step_ms * self._rules.step_ms
        if self._judged is None:
            self._judged = min(end, self._up(self._inbox.next_at() or end)) - step
        while (at := max(self._judged + step, self._up(self._next_event()))) <= end:
            events += self._judge(at)
            self._judged = at
        self._judged = max(self._judged, end)
        return events

    def _up(self, at: Instant) -> Instant:
        """The first grid step at or after a moment."""
        return -(-at // self._rules.step_ms) * self._rules.step_ms

    def _next_event(self) -> Instant:
        """The moment before which nothing can change: steps until then are skipped, which changes no answer."""
        times = [self._fleet.recheck_at, *(judge.recheck_at for judge in self._judges.values())]
        if (received := self._inbox.next_at()) is not None:
            times.append(received)
        return min(times, default=NEVER)

    def _judge(self, at: Instant) -> list[Event]:
        for result in self._inbox.take(at):
            self._take(result)
        changes = self._fleet.judge(at)
        doubted = {change.region for change in changes}
        suspicion = self._fleet.suspicion(at)
        events: list[Event] = [*changes]
        for judge in self._judges.values():
            if doubted:
                judge.panel.doubt(doubted)
            events += judge.judge(at, suspicion)
        return events

    def _take(self, result: Result) -> None:
        check, _, judge = self._routes[result.check]
        look = look_of(result, check, self._rules)
        self._fleet.hear(look)
        if judge is not None:
            judge.see(look, check.component)

    def restore(self, results: Iterable[Result], incidents: Iterable[Incident], now: Instant) -> None:
        """Rebuild the state from stored results (oldest first) and stored open incidents, silently.

        An incident that was opened within these results is found again; an older one is taken as it was stored.
        """
        self._inbox, self._judged, self._closed = Inbox(), None, []
        self._found(self._topology, self._rules)
        self.observe(results)
        begins = self._inbox.next_at() or now
        stored = {incident.service: incident for incident in incidents}
        for incident in stored.values():
            if incident.opened_at < begins and incident.service in self._judges:
                self._judges[incident.service].resume(incident)
        self.advance(now)
        for service, judge in self._judges.items():
            judge.reconcile(stored.get(service))
        self._closed = [closed(incident, now) for incident in stored.values() if not self._goes_on(incident)]

    def _goes_on(self, incident: Incident) -> bool:
        judge = self._judges.get(incident.service)
        return judge is not None and judge.case is not None

    def reconfigure(self, topology: Topology, rules: Rules) -> None:
        """Go on under another configuration; what was removed is forgotten, open incidents of it are closed."""
        fleet, judges = self._fleet, self._judges
        waiting = self._inbox
        self._found(topology, rules)
        self._fleet.adopt(fleet)
        for service, judge in self._judges.items():
            if service in judges:
                judge.adopt(judges[service])
        open_before = [judge.case.incident for judge in judges.values() if judge.case is not None]
        self._closed += [closed(incident, self._judged or 0) for incident in open_before if not self._goes_on(incident)]
        self._inbox = Inbox()
        self.observe(waiting.take(NEVER))

    def verdicts(self) -> Mapping[str, Verdict]:
        """The current verdict of each service (references left out), with cells and evidence."""
        return {service: judge.verdict(self._judged or 0) for service, judge in self._judges.items()}

    def regions(self) -> Mapping[str, tuple[Fitness, str]]:
        """The current fitness of each region, and why."""
        return dict(self._fleet.regions())

    def workers(self) -> Mapping[tuple[str, str], tuple[Fitness, str]]:
        """The current fitness of each (region, worker) heard, and why."""
        return self._fleet.workers()
