"""The judge of one service: what was last announced of it, and its open incident."""

from dataclasses import dataclass, replace

from coordinator.domain.case import Case, Scene
from coordinator.domain.evidence import cell_of, confidence, evidence_of, severity_of
from coordinator.domain.fitness import Fitness
from coordinator.domain.fleet import Fleet
from coordinator.domain.incident import Incident, IncidentEvent
from coordinator.domain.life import step
from coordinator.domain.look import Look
from coordinator.domain.matrix import CellKey, Matrix
from coordinator.domain.panel import Panel
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Ruling, rule
from coordinator.domain.sentences import Standings, nonvoters, sentence, unjudged, voteless
from coordinator.domain.settle import is_settled
from coordinator.domain.topology import Service, Topology
from coordinator.domain.verdict import Scope, Severity, Verdict
from worker.contract.instant import Instant

PATIENCE_INTERVALS = 2
"""So many intervals, and a timeout, are long enough for every cell to confirm or deny a ruling."""
NOTHING_YET = Ruling(Scope.UNKNOWN)
"""What is ruled before anything was heard, and while we suspect ourselves."""


@dataclass(slots=True)
class Docket:
    """What a judge must remember from step to step beside what was seen."""

    announced: Ruling = NOTHING_YET
    told: tuple[object, ...] | None = None
    """The claim of the last verdict told; None before the first."""
    listening_since: Instant | None = None
    """When somebody was heard again after nobody was."""
    at: Instant = 0
    """The last step."""
    suspicion: str = ""
    """Why we suspect ourselves."""
    unsettled: bool = False
    """Whether a ruling waits to be announced."""


class Judge:
    """Takes looks of one service in and says at each step what they mean. Costs little while all is well."""

    def __init__(self, service: Service, topology: Topology, rules: Rules, fleet: Fleet) -> None:
        checks = topology.checks_of(service.id)
        self.service = service
        self.panel = Panel(checks, topology, rules, fleet)
        self.case: Case | None = None
        self._topology, self._rules, self._fleet = topology, rules, fleet
        self._regions = topology.regions_of(checks)
        self._quickest_ms = min((check.interval_ms for check in checks), default=0)
        self._slowest_ms = max((check.interval_ms for check in checks), default=0)
        self._patience_ms = (
            PATIENCE_INTERVALS * self._slowest_ms
            + max((check.timeout_ms for check in checks), default=0)
            + rules.step_ms
        )
        self.docket = Docket()
        self._failing: frozenset[CellKey] = frozenset()

    @property
    def recheck_at(self) -> Instant:
        """When time alone may change something; at once while a ruling is not settled."""
        if self.docket.unsettled:
            return self.docket.at
        return self.panel.recheck_at

    def see(self, look: Look, component: str) -> None:
        """Take one look in."""
        self.panel.add((component, look.region), look)
        if self.docket.told is None:
            self.docket.unsettled = True

    def judge(self, now: Instant, suspicion: str) -> list[Verdict | IncidentEvent]:
        """What changed at this step. While we suspect ourselves nothing is claimed."""
        docket = self.docket
        docket.at = now
        due = docket.unsettled or suspicion != docket.suspicion
        if not due and not self.panel.is_stirred(now):
            return []
        news = self.panel.refresh(now)
        if not due and not news.voters and (not news.looks or self._is_quiet()):
            return []
        self.docket.suspicion = suspicion
        matrix = self.panel.matrix()
        self._announce(matrix, now)
        severity = self._severity(matrix)
        return [*self._tell(now, severity), *self._live(now, severity, matrix)]

    def _is_quiet(self) -> bool:
        """Whether nothing is wrong and nothing was: the common case."""
        return self.docket.announced.scope is Scope.NONE and self.case is None and self.panel.is_calm()

    def _announce(self, matrix: Matrix, now: Instant) -> None:
        """Announce the ruling when it is settled."""
        docket = self.docket
        self._failing = self.panel.failing(matrix, self._failing)
        ruling = NOTHING_YET if docket.suspicion else rule(self.panel.coverage(), self._failing, self._rules)
        docket.unsettled = not self._may_announce(ruling, matrix, now)
        if not docket.unsettled:
            docket.announced = ruling

    def _may_announce(self, ruling: Ruling, matrix: Matrix, now: Instant) -> bool:
        docket = self.docket
        if docket.told is None or (docket.announced == NOTHING_YET and ruling != NOTHING_YET):
            return self._has_listened(now)
        docket.listening_since = None
        return bool(docket.suspicion) or is_settled(docket.announced, ruling, matrix, now, self._patience_ms)

    def _has_listened(self, now: Instant) -> bool:
        """Whether everybody had the chance to be heard before the first verdict, or the first after a silence."""
        if self.docket.listening_since is None:
            self.docket.listening_since = now
        if self.panel.is_fully_heard() or now >= self.docket.listening_since + self._patience_ms:
            return True
        return self.docket.told is None and self._is_nobody_fit()

    def _is_nobody_fit(self) -> bool:
        """Whether every region that should look was heard and is unfit: waiting longer would tell nothing more."""
        return bool(self._regions) and all(fitness is Fitness.UNFIT for fitness, _ in self._standings().values())

    def _tell(self, now: Instant, severity: Severity) -> list[Verdict]:
        """The verdict, if it says something else than the last one told."""
        ruling = self.docket.announced
        claim = (severity, ruling.scope, ruling.regions, ruling.components)
        if claim == self.docket.told or (self.docket.told is None and self.docket.unsettled):
            return []
        self.docket.told = claim
        return [self.verdict(now)]

    def _live(self, now: Instant, severity: Severity, matrix: Matrix) -> list[IncidentEvent]:
        """What becomes of the incident; nothing before the first verdict, which may rest on too little."""
        if self.docket.told is None:
            return []
        scene = Scene(
            now,
            self.service.id,
            self.docket.announced,
            severity,
            lambda: self._reason(matrix, now),
            matrix,
            self.panel.coverage(),
            self._quickest_ms,
            max(self._rules.resolve_after_ms, self._rules.resolve_after_slots * self._slowest_ms),
        )
        self.case, events = step(self.case, scene, self._rules)
        return events

    def resume(self, incident: Incident) -> None:
        """Go on with an open incident, as far as what it reaches is still looked at."""
        reach = frozenset(
            key for key in self.panel.watches if key[0] in incident.components and key[1] in incident.regions
        )
        touched = frozenset(key for key in reach if not self.panel.watches[key].was_never_bad())
        self.case = Case(incident, touched or reach) if reach else None

    def reconcile(self, stored: Incident | None) -> None:
        """After a rebuild, let the open incident be the stored one: what was not stored was never told."""
        if stored is None:
            self.case = None
        elif self.case is not None and self.case.incident.id == stored.id:
            self.case = replace(self.case, incident=stored)
        else:
            self.resume(stored)

    def adopt(self, before: "Judge") -> None:
        """Go on where the judge under the former configuration stopped, as far as the same cells are looked at."""
        self.panel.adopt(before.panel)
        self.docket = replace(before.docket, unsettled=True)
        if before.case is not None:
            reach = before.case.reach & self.panel.watches.keys()
            self.case = replace(before.case, reach=frozenset(reach)) if reach else None

    def _severity(self, matrix: Matrix) -> Severity:
        return severity_of(self.docket.announced.cells, matrix, self._rules)

    def verdict(self, now: Instant) -> Verdict:
        """What is announced now, with all its evidence."""
        matrix, ruling, coverage = self.panel.matrix(), self.docket.announced, self.panel.coverage()
        standings = self._standings()
        cells = tuple(
            cell_of(watch, key in self._failing, key in coverage.voting, standings[watch.region], now, self._rules)
            for key, watch in self.panel.watches.items()
        )
        return Verdict(
            self.service.id,
            now,
            self._severity(matrix),
            ruling.scope,
            ruling.regions,
            ruling.components,
            confidence(ruling, matrix, coverage),
            self._reason(matrix, now),
            cells,
            evidence_of(cells, ruling, coverage, standings, self._rules),
        )

    def _standings(self) -> Standings:
        fleet = self._fleet.regions()
        return {region: fleet[region] for region in self._regions}

    def _reason(self, matrix: Matrix, now: Instant) -> str:
        """The sentence for people."""
        if self.docket.suspicion:
            return f"{self.docket.suspicion}."
        standings = self._standings()
        if not matrix and not (self.docket.told is None and self.docket.unsettled):
            return voteless(self.service, standings, self.panel.abstentions(now))
        if self.docket.announced == NOTHING_YET:
            return "Still listening: not every region was heard yet."
        coverage, severity = self.panel.coverage(), self._severity(matrix)
        told = sentence(self.service, self.docket.announced, severity, matrix, coverage, self._topology)
        return (
            told + nonvoters(standings, self._topology) + unjudged(self.service, coverage, self.panel.abstentions(now))
        )
