"""The judge of one service: it hears looks, and says at each step what they mean and what becomes of incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from coordinator.domain.announcing.hysteresis import Docket, announce
from coordinator.domain.announcing.statement import Speaker, summary
from coordinator.domain.incidents.life import Cases, step
from coordinator.domain.incidents.open_incident import Case, Scene, Told, spells_of
from coordinator.domain.inference.claim import ALL_WELL, still
from coordinator.domain.inference.confirm import Ask, Confirmation
from coordinator.domain.inference.estimator import Panel, View
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.incident import Incident, IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.model.verdict import Scope, Verdict
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.series import Track
from coordinator.domain.window.tally import tallies
from worker.contract.instant import Instant

LEARN_ONE_IN = 8
"""While an incident is open, one look in so many moves what is normal: a service may stay slower for good."""
PAUSES = 15
"""While something is wrong the judge looks again this many times a bucket."""
STEADY_PAUSES = 6
"""And once an incident is open, this many times."""
CALM_WRONG = 0.5
"""Below this likelihood that anything is wrong, only what the screen lets through is weighed at once..."""
CLEAN_WRONG = 0.02
"""...and below this, nothing else; above, once a bucket, too."""


class Judge:
    """Takes looks of one service in and says at each step what they mean. Costs little while all is well."""

    def __init__(
        self,
        service: Service,
        tracks: Mapping[str, Mapping[str, Track]],
        topology: Topology,
        rules: Rules,
        fleet: Fleet,
    ) -> None:
        checks = topology.checks_of(service.id)
        self.service = service
        self.panel = Panel(checks, tracks, topology, rules, fleet)
        self.confirmation = Confirmation(topology, fleet, rules)
        self.cases = Cases()
        self.docket = Docket()
        self._rules = rules
        self._speaker = Speaker(service, self.panel.frame.regions, topology, fleet, rules)
        self._pause_ms = max(rules.step_ms, self.panel.frame.bucket_ms // PAUSES)
        self._steady_ms = max(rules.step_ms, self.panel.frame.bucket_ms // STEADY_PAUSES)
        self._view: View | None = None
        self.judged = True
        """Whether anything was judged since somebody last asked."""

    def hear(self, track: Track, at: Instant, attempt: int, *, bad: bool, slow: bool) -> None:
        """One more look at a cell of this service."""
        panel = self.panel
        panel.touched = True
        if not attempt:
            self.confirmation.earn()
        if bad or slow:
            panel.screen.note(at, track.row, track.column, slow=slow)
            if bad:
                self.confirmation.suspect(track, at)
        if not track.votes:
            panel.stirred = True

    def asks(self, now: Instant) -> list[Ask]:
        """Extra looks that would tell soonest whether what failed is a disruption."""
        return self.confirmation.asks(now, frozenset(key for claim in self.docket.claims for key in claim.cells))

    def may_learn(self, track: Track, at: Instant) -> bool:
        """Whether the time of a good look may move what is normal: while something is wrong, one in a few."""
        return not self.cases.open or at // track.check.interval_ms % LEARN_ONE_IN == 0

    @property
    def recheck_at(self) -> Instant:
        """When time alone may change something; at once while looks wait to be weighed."""
        panel = self.panel
        waits = panel.stirred or panel.screen.fresh or (panel.touched and not (self._is_calm() and self._is_clean()))
        return 0 if waits else min(self.docket.look_again_at, panel.recheck_at)

    def _is_calm(self) -> bool:
        """Whether nothing is wrong and nothing was: the common case."""
        return (
            self.docket.claims == (ALL_WELL,)
            and not self.cases.open
            and self._view is not None
            and self._view.wrong < CALM_WRONG
        )

    def _is_clean(self) -> bool:
        """Whether next to nothing speaks for anything being wrong."""
        return self._view is not None and self._view.wrong < CLEAN_WRONG

    def _is_due(self, now: Instant, suspicion: str, *, calm: bool) -> bool:
        """Whether to look at everything again at this step."""
        docket, panel = self.docket, self.panel
        if suspicion != docket.suspicion or now >= docket.look_again_at or now >= panel.recheck_at:
            return True
        if calm and panel.screen.fresh and panel.screen.lets_through(now, self._rules):
            return True
        if calm and panel.touched and not self._is_clean():
            return now % panel.frame.bucket_ms < self._rules.step_ms
        waits = panel.stirred or (panel.touched and not calm)
        return waits and now % (self._steady_ms if self.cases.open else self._pause_ms) < self._rules.step_ms

    def judge(self, now: Instant, suspicion: str) -> list[Verdict | IncidentEvent]:
        """What changed at this step. While we suspect ourselves nothing is claimed."""
        calm = self._is_calm()
        if not self._is_due(now, suspicion, calm=calm):
            return []
        self.docket.suspicion, self.judged = suspicion, True
        view = self._view = self.panel.view(now, self.docket.claims, late_alarms=bool(self.cases.open), calm=calm)
        announce(self.docket, view, now, nobody_fit=self._is_nobody_fit(), pace=self.panel.pace, rules=self._rules)
        told = self._speaker.told(self.docket, view)
        return [*self._tell(now, told), *self._live(now, view, told)]

    def _is_nobody_fit(self) -> bool:
        """Whether every region that should look was heard and is unfit: waiting longer would tell nothing more."""
        standings = self._speaker.standings()
        return bool(standings) and all(fitness is Fitness.UNFIT for fitness, _ in standings.values())

    def _tell(self, now: Instant, told: Sequence[Told]) -> list[Verdict]:
        """The verdict, if it says something else than the last one told."""
        docket = self.docket
        if docket.is_listening:
            return []
        says = summary(told)
        if says == docket.told:
            return []
        docket.told = says
        return [self.verdict(now)]

    def _live(self, now: Instant, view: View, told: Sequence[Told]) -> list[IncidentEvent]:
        """What becomes of the incidents; nothing before the first verdict, which may rest on too little."""
        if self.docket.told is None or not (self.cases.open or any(one.claim.cells for one in told)):
            return []
        self.cases, events = step(self.cases, self._scene(now, view, told), self._rules)
        return events

    def _scene(self, now: Instant, view: View, told: Sequence[Told]) -> Scene:
        frame, coverage = view.sheet.frame, view.coverage
        newest = view.sheet.newest.reshape(-1).tolist()
        reached = {key for case in self.cases.open for key in case.spells}
        slow = {key for case in self.cases.open if case.slow for key in case.spells}
        return Scene(
            now=now,
            service=self.service.id,
            told=tuple(told),
            unknown=any(claim.scope is Scope.UNKNOWN for claim in self.docket.claims),
            newest={frame.key(number): newest[number] for number in np.flatnonzero(coverage.votes).tolist()},
            components=frame.components,
            regions=frame.regions,
            enabled=self.panel.cells,
            firsts=tallies(view.sheet, reached, view.sheet.begin, slow=False) if reached else {},
            slow_firsts=tallies(view.sheet, slow, view.sheet.begin, slow=True) if slow else {},
            interval_ms=self.panel.pace.by_cell,
        )

    def verdict(self, now: Instant) -> Verdict:
        """What is announced now, with all its evidence."""
        seen = self.panel.peek(now, late_alarms=bool(self.cases.open))
        opinions = self._view.opinions if self._view else seen.opinions
        return self._speaker.verdict(self.docket, self.panel, seen, opinions, now)

    def resume(self, incidents: Sequence[Incident]) -> None:
        """Go on with open incidents, as far as what they reach is still looked at."""
        open_cases = []
        for incident in incidents:
            reach = frozenset(
                key for key in self.panel.cells if key[0] in incident.components and key[1] in incident.regions
            )
            if reach:
                open_cases.append(Case(incident, reach, spells_of(incident, reach)))
        self.cases = Cases(tuple(open_cases), self.cases.ended)

    def reconcile(self, stored: Sequence[Incident]) -> None:
        """After a rebuild, let the open incidents be the stored ones: what was not stored was never told."""
        found = {case.incident.id: case for case in self.cases.open}
        missing = [incident for incident in stored if incident.id not in found]
        kept = tuple(replace(found[one.id], incident=one) for one in stored if one.id in found)
        self.resume(missing)
        self.cases = Cases((*kept, *self.cases.open), self.cases.ended)

    def adopt(self, before: "Judge") -> None:
        """Go on where the judge under the former configuration stopped, as far as the same cells are looked at."""
        cells = self.panel.cells
        claims = tuple(still(claim, cells, self._rules) for claim in before.docket.claims)
        self.docket = replace(before.docket, claims=claims)
        left = [(case, case.reach & cells) for case in before.cases.open]
        self.cases = Cases(tuple(replace(c, reach=r) for c, r in left if r), before.cases.ended)
        self.panel.stirred = True

    def link(self, causes: Mapping[str, str]) -> list[Incident]:
        """Note which incident each open one likely shares its cause with; those that changed."""
        cases = [replace(case, incident=_linked(case.incident, causes)) for case in self.cases.open]
        changed = [new.incident for new, old in zip(cases, self.cases.open, strict=True) if new != old]
        self.cases = replace(self.cases, open=tuple(cases))
        return changed


def _linked(incident: Incident, causes: Mapping[str, str]) -> Incident:
    cause = causes.get(incident.id, incident.cause)
    return incident if cause == incident.cause else replace(incident, cause=cause)
