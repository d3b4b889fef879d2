"""The engine: results in, verdicts and incidents out, on the results' own clock.

It holds the window of recent looks and the open incidents, calls the pure rules on them, and does
nothing else. Live ingest, rebuild after a restart and `outscope replay` all run this one class, so
they agree.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from coordinator.domain.incidents.correlation import shared_causes, without_cause
from coordinator.domain.incidents.open_incident import OpenIncident
from coordinator.domain.inference.confirm import Ask
from coordinator.domain.judge import Judge
from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.domain.model.horizon import LONGEST_AGO, NEVER
from coordinator.domain.model.incident import Closed, Incident, IncidentEvent, Moment, closed
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Role, Topology
from coordinator.domain.model.verdict import Verdict
from coordinator.domain.reorder import ReorderBuffer
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.baseline import FAR
from coordinator.domain.window.look import BAD, GOOD, pack, placed
from coordinator.domain.window.series import Series
from coordinator.domain.window.series_set import Learned, adopt, all_series_of, learned_on, remember
from worker.contract.instant import Instant
from worker.contract.outcome import Reason
from worker.contract.result import VANTAGE, Result

Event: TypeAlias = Verdict | FitnessChange | IncidentEvent
"""What the engine says: a verdict that changed, a fitness that changed, a line of an incident's
timeline.
"""
_OK, _LATE, _SLOW = Reason.OK, Reason.LATE, Reason.SLOW


class Engine:
    """The judge with its memory. Deterministic: the same results and instants give the same events.

    Results count at the first grid step at or after their `received_at`, however they were handed
    in, as long as that is before `advance` went past it. So take results in first, and advance to a
    moment from which on no earlier result can still come.
    """

    def __init__(self, topology: Topology, rules: Rules) -> None:
        self._reorder = ReorderBuffer()
        self._judged: Instant | None = None
        self._learned_at: Instant = LONGEST_AGO
        """Up to when what is normal was learned before a restart."""
        self._closed: list[IncidentEvent] = []
        self._found(topology, rules)

    def _found(self, topology: Topology, rules: Rules) -> None:
        """Build series, fleet and judges, empty."""
        self._topology, self._rules = topology, rules
        self._all_series = all_series_of(topology, rules)
        self._fleet = Fleet(topology, self._all_series, rules)
        self._judges = {
            service.id: Judge(service, self._all_series, topology, rules, self._fleet)
            for service in topology.services
            if service.role is Role.SERVICE
        }
        self._judge_of = {check.id: self._judges.get(check.service) for check in topology.checks}

    @property
    def memory_ms(self) -> int:
        """How far back results are needed to rebuild its state: two windows of the slowest service,
        at least.
        """
        spans = [series.span_ms for seen in self._all_series.values() for series in seen.values()]
        return max([self._rules.rebuild_ms, *(2 * span for span in spans)])

    @property
    def judged_at(self) -> Instant | None:
        """The last grid step that was judged."""
        return self._judged

    def observe(self, results: Iterable[Result]) -> None:
        """Take results in. Order and repeats do not matter; unknown checks or regions are
        ignored.
        """
        all_series = self._all_series
        self._reorder.put(
            result
            for result in results
            if (seen := all_series.get(result.check)) is not None and result.region in seen
        )

    def advance(self, now: Instant) -> Sequence[Event]:
        """Judge at every grid step up to `now` that was not judged yet; the events, in order of
        time.
        """
        events: list[Event] = [*self._closed]
        self._closed = []
        step, end = self._rules.step_ms, now // self._rules.step_ms * self._rules.step_ms
        if self._judged is None:
            self._judged = min(end, self._up(self._reorder.next_at() or end)) - step
        while (at := max(self._judged + step, self._up(self._next_event()))) <= end:
            events += self._judge(at)
            self._judged = at
        self._judged = max(self._judged, end)
        return events

    def _up(self, at: Instant) -> Instant:
        """The first grid step at or after a moment."""
        return -(-at // self._rules.step_ms) * self._rules.step_ms

    def _next_event(self) -> Instant:
        """The moment before which nothing can change: steps until then are skipped, which changes
        no answer.
        """
        received = self._reorder.next_at()
        if received is not None and received <= (self._judged or 0) + self._rules.step_ms:
            return received
        times = [self._fleet.recheck_at, *(judge.recheck_at for judge in self._judges.values())]
        if self._fleet.examine:
            times.append(0)
        if received is not None:
            times.append(received)
        return min(times, default=NEVER)

    def _judge(self, at: Instant) -> list[Event]:
        for result in self._reorder.take(at):
            self._take(result)
        changes = self._fleet.judge(at)
        suspicion = self._fleet.suspicion(at)
        events: list[Event] = [*changes]
        doubted = self._fleet.points.regroup(stirred=bool(changes)) or bool(changes)
        for judge in self._judges.values():
            if doubted:
                judge.estimator.stirred = True
            events += judge.judge(at, suspicion)
        told = [event for event in events if isinstance(event, IncidentEvent)]
        gone = {event.incident.id for event in told if event.moment is Moment.WITHDRAWN}
        if gone or any(event.moment is Moment.OPENED for event in told):
            events += self._link(at, gone)
        return events

    def _take(self, result: Result) -> None:
        """Take one look in."""
        check = result.check
        series, judge = self._all_series[check][result.region], self._judge_of[check]
        at, vote, reason = placed(result, self._rules.future_ms)
        good, took = vote is GOOD, result.total_ms
        slow, level = False, 0
        if good and took is not None:
            slow, level = took > series.normal.limit_ms, series.normal.level(took)
        elif vote is BAD and reason is _SLOW:
            slow, level, vote, reason = True, FAR, GOOD, _OK
        worker = self._fleet.worker(result.region, result.worker, at)
        self._fleet.points.stand(worker, at, result.extra.get(VANTAGE))
        late = result.received_at - at > series.late_ms
        code = pack(at, result.attempt, worker.number, vote, late, slow, reason) | level
        if not series.add(code):
            return
        if late:
            self._fleet.elsewhere.correct(series, at)
        worker.hear(series, at, good, reason is not _LATE, slow)
        if worker.fitness is not Fitness.FIT or (worker.failing and (slow or not good)):
            self._fleet.examine.add((result.region, result.worker))
        if len(series.codes) > series.room:
            self._trim(series, judge)
        if judge is None:
            return
        judge.hear(series, at, result.attempt, bad=vote is BAD, slow=slow)
        series.answered_from(result)
        if not good or took is None or result.received_at <= self._learned_at:
            return
        if judge.may_learn(series, at):
            series.normal.learn_time(took, at, self._rules)

    def _trim(self, series: Series, judge: Judge | None) -> None:
        quiet_since = LONGEST_AGO if judge is None else judge.state.quiet_since
        if quiet_since != LONGEST_AGO:
            quiet_since = max(quiet_since, self._learned_at - series.span_ms)
        workers = self._fleet.by_region.get(series.region, ())
        unfit = {one.number: spans for one in workers if (spans := one.spans(NEVER))}
        series.trim(quiet_since, unfit)

    def _link(self, at: Instant, gone: Collection[str]) -> list[IncidentEvent]:
        """Tell which incidents of several services likely share a cause; what was withdrawn is none
        any more.
        """
        open_now = [opened for judge in self._judges.values() for opened in judge.open_incidents()]
        causes = {**without_cause(open_now, gone), **shared_causes(open_now, self._rules)}
        changed = [incident for judge in self._judges.values() for incident in judge.link(causes)]
        return [IncidentEvent(at, Moment.UPDATED, incident) for incident in changed]

    def asks(self) -> list[Ask]:
        """Extra looks wanted now, to confirm or deny what failed. A replay has no use for them."""
        now = self._judged or 0
        return [ask for judge in self._judges.values() for ask in judge.asks(now)]

    def touched(self) -> set[str]:
        """The services that were judged since this was last asked."""
        touched = {service for service, judge in self._judges.items() if judge.judged}
        for service in touched:
            self._judges[service].judged = False
        return touched

    def verdict(self, service: str) -> Verdict:
        """The current verdict of one service; KeyError when it is not judged."""
        return self._judges[service].verdict(self._judged or 0)

    def learned(self) -> Learned:
        """What is normal for each check and region, to be kept over a restart: what takes longer
        than a window.
        """
        return learned_on(self._all_series, self._judged or 0)

    def restore(
        self,
        results: Iterable[Result],
        incidents: Iterable[Incident],
        now: Instant,
        learned: Learned | None = None,
        *,
        stand: bool = True,
    ) -> Sequence[Event]:
        """Rebuild the state from stored results (oldest first) and stored open incidents; returned
        is what is said on the way. An incident that was opened within these results is found again;
        an older one is taken as it was stored. Of what is normal, `learned` is taken, and nothing
        is learned twice from what it had seen. Incidents `stand` as they are stored, unless the
        question is what they should have been.
        """
        self._reorder, self._judged, self._closed = ReorderBuffer(), None, []
        self._found(self._topology, self._rules)
        if learned is not None:
            self._learned_at = learned.at
            remember(self._all_series, learned, self._rules)
        self.observe(results)
        begins = self._reorder.next_at() or now
        stored: dict[str, list[Incident]] = {}
        for incident in incidents:
            stored.setdefault(incident.service, []).append(incident)
        for service, judge in self._judges.items():
            judge.resume(
                [incident for incident in stored.get(service, ()) if incident.opened_at < begins]
            )
        said = self.advance(now)
        if stand:
            for service, judge in self._judges.items():
                judge.reconcile(stored.get(service, ()))
            every = [incident for found in stored.values() for incident in found]
            self._close_what_ended(every, now, Closed.UNSEEN)
        return said

    def cases(self) -> list[OpenIncident]:
        """The incidents that are open or ended lately, with what the judge remembers of them."""
        every = [judge.incidents for judge in self._judges.values()]
        return [one for incidents in every for one in (*incidents.open, *incidents.ended)]

    def correct(self, corrected: Sequence[OpenIncident]) -> None:
        """Let open incidents, and the times of their cells, be as they are told now."""
        for judge in self._judges.values():
            judge.correct({opened.incident.id: opened for opened in corrected})

    def _close_what_ended(self, incidents: Iterable[Incident], at: Instant, why: Closed) -> None:
        """Incidents that were open and that no judge goes on with are closed."""
        going = {opened.id for judge in self._judges.values() for opened in judge.open_incidents()}
        self._closed += [
            closed(incident, at, why if incident.service in self._judges else Closed.REMOVED)
            for incident in incidents
            if incident.id not in going
        ]

    def reconfigure(self, topology: Topology, rules: Rules) -> None:
        """Go on under another configuration; what was removed is forgotten, open incidents of it
        are closed.
        """
        fleet, judges = self._fleet, self._judges
        all_series, waiting = self._all_series, self._reorder
        self._found(topology, rules)
        adopt(self._all_series, all_series)
        self._fleet.adopt(fleet)
        for service in self._judges.keys() & judges.keys():
            self._judges[service].adopt(judges[service])
        open_before = [opened for judge in judges.values() for opened in judge.open_incidents()]
        self._close_what_ended(open_before, self._judged or 0, Closed.REMOVED)
        self._reorder = ReorderBuffer()
        self.observe(waiting.take(NEVER))

    def verdicts(self) -> Mapping[str, Verdict]:
        """The current verdict of each service (references left out), with cells and evidence."""
        return {
            service: judge.verdict(self._judged or 0) for service, judge in self._judges.items()
        }

    def regions(self) -> Mapping[str, tuple[Fitness, str]]:
        """The current fitness of each region, and why."""
        return dict(self._fleet.regions())

    def together(self) -> Sequence[Sequence[str]]:
        """The regions that are one vantage point, group by group."""
        return self._fleet.points.independence.groups

    def workers(self) -> Mapping[tuple[str, str], tuple[Fitness, str]]:
        """The current fitness of each (region, worker) heard, and why."""
        return self._fleet.workers()
