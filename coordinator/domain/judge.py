"""The judge of one service: it hears looks, and says at each step what they mean and what becomes
of incidents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coordinator.domain.announcing.hysteresis import HysteresisState, announce
from coordinator.domain.announcing.statement import Speaker, summary
from coordinator.domain.incidents.keeping import adopted, linked, reconciled, resumed, turning
from coordinator.domain.incidents.life import OpenIncidents, step
from coordinator.domain.incidents.open_incident import AnnouncedClaim, OpenIncident, StepInput
from coordinator.domain.incidents.reached import firsts_of
from coordinator.domain.incidents.steadiness import Steadiness
from coordinator.domain.inference.claim import ALL_WELL, still
from coordinator.domain.inference.confirm import Ask, Confirmation
from coordinator.domain.inference.estimator import Estimate, Estimator
from coordinator.domain.inference.finding import Finding
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.incident import Incident, IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.model.verdict import Scope, Verdict
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.series import Series
from coordinator.domain.window.tally import Times, times_of
from worker.contract.instant import Instant

LEARN_ONE_IN = 32
"""While something is wrong, one look in so many moves what is normal: a service may stay slower for
good.
"""
PAUSES = 15
"""While something is wrong the judge looks again this many times a bucket."""
STEADY_PAUSES = 6
"""And once an incident is open, this many times."""
CALM_WRONG = 0.5
"""Below this likelihood that anything is wrong, only what the prefilter lets through is weighed at
once...
"""
CLEAN_WRONG = 0.02
"""...and below this, nothing else; above, once a bucket, too."""
END_LIKELY = 0.95
"""Below this likelihood that anything is wrong, what is claimed may be over, and is looked at
again.
"""


class Judge:
    """Takes looks of one service in and says at each step what they mean. Costs little while all is
    well.
    """

    def __init__(
        self,
        service: Service,
        all_series: Mapping[str, Mapping[str, Series]],
        topology: Topology,
        rules: Rules,
        fleet: Fleet,
    ) -> None:
        checks = topology.checks_of(service.id)
        self.service = service
        self.estimator = Estimator(checks, all_series, topology, rules, fleet)
        self.confirmation = Confirmation(topology, fleet, rules)
        self.incidents = OpenIncidents()
        self.state = HysteresisState()
        self._steadiness = Steadiness(self.estimator.axes)
        self._rules = rules
        self._speaker = Speaker(
            service, self.estimator.axes.regions, topology, fleet, self.estimator.pace, rules
        )
        self._pause_ms = max(rules.step_ms, self.estimator.axes.bucket_ms // PAUSES)
        self._steady_ms = max(rules.step_ms, self.estimator.axes.bucket_ms // STEADY_PAUSES)
        self._findings: tuple[Finding, ...] = ()
        """What the last estimate found. Its grid is not kept: it is larger than all else."""
        self._steady = True
        """Whether nothing was wrong when it was last looked at."""
        self.judged = True
        """Whether anything was judged since somebody last asked."""

    def hear(self, series: Series, at: Instant, attempt: int, *, bad: bool, slow: bool) -> None:
        """One more look at a cell of this service."""
        estimator = self.estimator
        estimator.touched = True
        self._steadiness.hear(series.row, series.column, bad=bad, slow=slow)
        if not attempt:
            self.confirmation.earn()
        if bad or slow:
            estimator.prefilter.note(at, series.row, series.column, slow=slow)
            if bad:
                self.confirmation.suspect(series, at)
        if not series.votes:
            estimator.stirred = True

    def asks(self, now: Instant) -> list[Ask]:
        """Extra looks that would tell soonest whether what failed is a disruption."""
        return self.confirmation.asks(
            now, frozenset(key for claim in self.state.claims for key in claim.cells)
        )

    def may_learn(self, series: Series, at: Instant) -> bool:
        """Whether the time of a good look may move what is normal: while something is wrong, one in
        a few.
        """
        return self._steady or at // series.check.interval_ms % LEARN_ONE_IN == 0

    @property
    def recheck_at(self) -> Instant:
        """When time alone may change something; at once while looks wait to be weighed."""
        estimator = self.estimator
        waits = (
            estimator.stirred
            or estimator.waiting
            or estimator.prefilter.fresh
            or (estimator.touched and not (self._is_calm() and self._is_clean()))
        )
        return 0 if waits else min(self.state.look_again_at, estimator.recheck_at)

    def _is_calm(self) -> bool:
        """Whether nothing is wrong and nothing was: the common case."""
        nothing = self.state.claims == (ALL_WELL,) and not self.incidents.open
        return nothing and self._wrong() < CALM_WRONG

    def _is_clean(self) -> bool:
        """Whether next to nothing speaks for anything being wrong."""
        return self._wrong() < CLEAN_WRONG

    def _wrong(self) -> float:
        """How likely anything is wrong."""
        return self._findings[0].wrong if self._findings else 1.0

    def _is_due(self, now: Instant, suspicion: str, *, calm: bool) -> bool:
        """Whether to look at everything again at this step."""
        state, estimator = self.state, self.estimator
        if (
            suspicion != state.suspicion
            or now >= state.look_again_at
            or now >= estimator.recheck_at
        ):
            return True
        if (
            calm
            and estimator.prefilter.fresh
            and estimator.prefilter.lets_through(now, self._rules)
        ):
            return True
        if calm and estimator.touched and not self._is_clean():
            return now % estimator.axes.bucket_ms < self._rules.step_ms
        if self._steadiness.rests(now) and not estimator.stirred:
            return now % estimator.axes.bucket_ms < self._rules.step_ms
        waits = estimator.stirred or estimator.waiting or (estimator.touched and not calm)
        return (
            waits
            and now % (self._steady_ms if self.incidents.open else self._pause_ms)
            < self._rules.step_ms
        )

    def judge(self, now: Instant, suspicion: str) -> list[Verdict | IncidentEvent]:
        """What changed at this step. While we suspect ourselves nothing is claimed."""
        calm = self._is_calm()
        if not self._is_due(now, suspicion, calm=calm):
            return []
        self.state.suspicion, self.judged = suspicion, True
        estimate = self.estimator.estimate(
            now, self.state.claims, late_alarms=bool(self.incidents.open), calm=calm
        )
        self._findings = estimate.findings
        announce(
            self.state,
            estimate,
            now,
            nobody_fit=self._is_nobody_fit(),
            pace=self.estimator.pace,
            rules=self._rules,
        )
        self.confirmation.foresee_end(self._ending(estimate))
        announced = self._speaker.announced(self.state, estimate)
        self.state.told = tuple(replace(one, times=Times) for one in announced)
        told = self._tell(now, estimate, announced)
        events: list[Verdict | IncidentEvent] = [*told, *self._live(now, estimate, announced)]
        self.state.turning = turning(self.incidents, now)
        self._steady = estimate.wrong < CALM_WRONG and not self.incidents.open
        news = bool(events or self.state.turning)
        self._steadiness.note(now, announced, self.incidents.open, news=news)
        return events

    def _ending(self, estimate: Estimate) -> list[Series]:
        """What is claimed and may be over: what was looked at longest ago comes first."""
        claimed = frozenset(key for claim in self.state.claims for key in claim.cells)
        if not claimed or estimate.wrong >= END_LIKELY:
            return []
        newest = estimate.grid.newest_of(estimate.coverage.votes)
        found = [
            series
            for series in self.estimator.all_series
            if (key := (series.component, series.region)) in claimed and key in newest
        ]
        return sorted(found, key=lambda series: newest[series.component, series.region])

    def _is_nobody_fit(self) -> bool:
        """Whether every region that should look was heard and is unfit: waiting longer would tell
        nothing more.
        """
        standings = self._speaker.standings()
        return bool(standings) and all(
            fitness is Fitness.UNFIT for fitness, _ in standings.values()
        )

    def _tell(
        self, now: Instant, estimate: Estimate, announced: Sequence[AnnouncedClaim]
    ) -> list[Verdict]:
        """The verdict, if it says something else than the last one told."""
        state = self.state
        says = summary(announced)
        if state.is_listening or says == state.last_summary:
            return []
        state.last_summary = says
        return [self._speaker.verdict(state, self.estimator, estimate, self._findings, now)]

    def _live(
        self, now: Instant, estimate: Estimate, announced: Sequence[AnnouncedClaim]
    ) -> list[IncidentEvent]:
        """What becomes of the incidents; nothing before the first verdict, which may rest on too
        little.
        """
        if self.state.last_summary is None or not (
            self.incidents.open or any(one.claim.cells for one in announced)
        ):
            return []
        self.incidents, events = step(
            self.incidents, self._step_input(now, estimate, announced), self._rules
        )
        return events

    def _step_input(
        self, now: Instant, estimate: Estimate, announced: Sequence[AnnouncedClaim]
    ) -> StepInput:
        grid, axes = estimate.grid, estimate.grid.axes
        return StepInput(
            now=now,
            service=self.service.id,
            announced=tuple(announced),
            unknown=any(claim.scope is Scope.UNKNOWN for claim in self.state.claims),
            newest=grid.newest_of(estimate.coverage.votes),
            components=axes.components,
            regions=axes.regions,
            enabled=self.estimator.cells,
            firsts=firsts_of(grid, self.incidents.open, slow=False),
            slow_firsts=firsts_of(
                grid, [one for one in self.incidents.open if one.slow], slow=True
            ),
            interval_ms=self.estimator.pace.by_cell,
            say=lambda claim, severity: self._speaker.sentence(claim, severity, estimate),
            remains=lambda cells, since: self.estimator.remains(grid, cells, since, now),
            independence=estimate.coverage.independence,
            times=lambda cells, slow: times_of(grid, cells, grid.begin, slow=slow),
            wrong=estimate.wrong,
        )

    def verdict(self, now: Instant) -> Verdict:
        """What is announced now, with all its evidence."""
        seen = self.estimator.peek(now, late_alarms=bool(self.incidents.open))
        findings = self._findings or seen.findings
        return self._speaker.verdict(self.state, self.estimator, seen, findings, now)

    def open_incidents(self) -> list[Incident]:
        """The incidents that go on."""
        return [opened.incident for opened in self.incidents.open]

    def resume(self, incidents: Sequence[Incident]) -> None:
        """Go on with open incidents, as far as what they reach is still looked at."""
        self.incidents = resumed(self.incidents, incidents, self.estimator.cells)

    def reconcile(self, stored: Sequence[Incident]) -> None:
        """After a rebuild, let the open incidents be the stored ones."""
        self.incidents = reconciled(self.incidents, stored, self.estimator.cells)

    def correct(self, told: Mapping[str, OpenIncident]) -> None:
        """Let those of the open incidents that are told be as they are told; what they reach now
        stays.
        """
        going = [(one, told.get(one.incident.id, one)) for one in self.incidents.open]
        opened = tuple(
            replace(one, incident=new.incident, cell_spans=new.cell_spans) for one, new in going
        )
        self.incidents = replace(self.incidents, open=opened)

    def adopt(self, before: "Judge") -> None:
        """Go on where the former judge stopped, as far as the same cells are looked at."""
        cells, apart = self.estimator.cells, self._speaker.fleet.points.independence
        claims = tuple(still(claim, cells, self._rules, apart) for claim in before.state.claims)
        self.state = replace(before.state, claims=claims)
        self.incidents = adopted(before.incidents, cells)
        self.estimator.stirred = True

    def link(self, causes: Mapping[str, str]) -> list[Incident]:
        """Note which incident each open one likely shares its cause with; those that changed."""
        self.incidents, changed = linked(self.incidents, causes)
        return changed
