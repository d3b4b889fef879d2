"""The judge of one service: it hears looks, and says at each step what they mean and what becomes
of incidents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coordinator.domain.announcing.hysteresis import HysteresisState, announce
from coordinator.domain.announcing.statement import Speaker, summary
from coordinator.domain.incidents.keeping import adopted, linked, reconciled, resumed
from coordinator.domain.incidents.life import OpenIncidents, step
from coordinator.domain.incidents.open_incident import AnnouncedClaim, OpenIncident, StepInput
from coordinator.domain.inference.claim import ALL_WELL, still
from coordinator.domain.inference.confirm import Ask, Confirmation
from coordinator.domain.inference.estimator import Estimate, Estimator
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.incident import Incident, IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.model.verdict import Scope, Verdict
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series
from coordinator.domain.window.tally import Tally, tallies
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
        self._rules = rules
        self._speaker = Speaker(
            service, self.estimator.axes.regions, topology, fleet, self.estimator.pace, rules
        )
        self._pause_ms = max(rules.step_ms, self.estimator.axes.bucket_ms // PAUSES)
        self._steady_ms = max(rules.step_ms, self.estimator.axes.bucket_ms // STEADY_PAUSES)
        self._estimate: Estimate | None = None
        self._steady = True
        """Whether nothing was wrong when it was last looked at."""
        self.judged = True
        """Whether anything was judged since somebody last asked."""

    def hear(self, series: Series, at: Instant, attempt: int, *, bad: bool, slow: bool) -> None:
        """One more look at a cell of this service."""
        estimator = self.estimator
        estimator.touched = True
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
            or estimator.prefilter.fresh
            or (estimator.touched and not (self._is_calm() and self._is_clean()))
        )
        return 0 if waits else min(self.state.look_again_at, estimator.recheck_at)

    def _is_calm(self) -> bool:
        """Whether nothing is wrong and nothing was: the common case."""
        return (
            self.state.claims == (ALL_WELL,)
            and not self.incidents.open
            and self._estimate is not None
            and self._estimate.wrong < CALM_WRONG
        )

    def _is_clean(self) -> bool:
        """Whether next to nothing speaks for anything being wrong."""
        return self._estimate is not None and self._estimate.wrong < CLEAN_WRONG

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
        waits = estimator.stirred or (estimator.touched and not calm)
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
        estimate = self._estimate = self.estimator.estimate(
            now, self.state.claims, late_alarms=bool(self.incidents.open), calm=calm
        )
        announce(
            self.state,
            estimate,
            now,
            nobody_fit=self._is_nobody_fit(),
            pace=self.estimator.pace,
            rules=self._rules,
        )
        announced = self._speaker.announced(self.state, estimate)
        self.state.told = tuple(announced)
        told, lived = self._tell(now, announced), self._live(now, estimate, announced)
        self._steady = estimate.wrong < CALM_WRONG and not self.incidents.open
        return [*told, *lived]

    def _is_nobody_fit(self) -> bool:
        """Whether every region that should look was heard and is unfit: waiting longer would tell
        nothing more.
        """
        standings = self._speaker.standings()
        return bool(standings) and all(
            fitness is Fitness.UNFIT for fitness, _ in standings.values()
        )

    def _tell(self, now: Instant, announced: Sequence[AnnouncedClaim]) -> list[Verdict]:
        """The verdict, if it says something else than the last one told."""
        state = self.state
        if state.is_listening:
            return []
        says = summary(announced)
        if says == state.last_summary:
            return []
        state.last_summary = says
        return [self.verdict(now)]

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
            firsts=_firsts(grid, self.incidents.open, slow=False),
            slow_firsts=_firsts(grid, [one for one in self.incidents.open if one.slow], slow=True),
            interval_ms=self.estimator.pace.by_cell,
            say=lambda claim, severity: self._speaker.sentence(claim, severity, estimate),
            remains=lambda cells, since: self.estimator.remains(grid, cells, since, now),
            independence=estimate.coverage.independence,
        )

    def verdict(self, now: Instant) -> Verdict:
        """What is announced now, with all its evidence."""
        seen = self.estimator.peek(now, late_alarms=bool(self.incidents.open))
        findings = self._estimate.findings if self._estimate else seen.findings
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


def _firsts(
    grid: CountGrid, incidents: Iterable[OpenIncident], *, slow: bool
) -> Mapping[CellKey, Tally]:
    """The tallies of all cells that these incidents reach."""
    cells = {cell for opened in incidents for cell in opened.cell_spans}
    return tallies(grid, cells, grid.begin, slow=slow) if cells else {}
