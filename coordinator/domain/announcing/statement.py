"""The statement: what is announced, put into words and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from coordinator.domain.announcing.evidence import cells_of, confidence, evidence_of, severity_of
from coordinator.domain.announcing.hysteresis import Docket
from coordinator.domain.announcing.sentences import Standings, nonvoters, sentence, unjudged, voteless
from coordinator.domain.incidents.life import WIDTH
from coordinator.domain.incidents.open_incident import Told
from coordinator.domain.inference.claim import NOTHING_YET
from coordinator.domain.inference.estimator import Panel, View
from coordinator.domain.inference.finding import Opinion
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.model.verdict import Scope, Severity, Verdict
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.grid import CellKey
from coordinator.domain.window.tally import tallies, times_of
from worker.contract.instant import Instant

Summary = tuple[Severity, Scope, tuple[str, ...], tuple[str, ...]]


def summary(told: Sequence[Told]) -> Summary:
    """What is said of several disruptions at once: the widest scope, and all that claims of that scope reach."""
    worst = max((one.severity for one in told), key=list(Severity).index)
    scope = max((one.claim.scope for one in told), key=lambda found: WIDTH[found])
    widest = [one.claim for one in told if one.claim.scope is scope]
    regions = tuple(dict.fromkeys(region for claim in widest for region in claim.regions))
    components = tuple(dict.fromkeys(component for claim in widest for component in claim.components))
    return worst, scope, regions, components


@dataclass(frozen=True, slots=True)
class Speaker:
    """Puts what is announced of one service into words and numbers."""

    service: Service
    regions: tuple[str, ...]
    """Those that should look."""
    topology: Topology
    fleet: Fleet
    rules: Rules

    def told(self, docket: Docket, view: View) -> list[Told]:
        """What is announced, each claim with its severity, sentence and tallies."""
        found = []
        for claim in docket.claims:
            seen = tallies(view.sheet, claim.cells, claim.since, slow=claim.slow) if claim.cells else {}
            severity = severity_of(claim, seen.values(), self.rules)
            rivals = view.opinions[0].rivals
            text = sentence(self.service, claim, severity, seen, view.coverage, self.topology, rivals)
            times = partial(times_of, view.sheet, claim.cells, claim.since, slow=claim.slow)
            found.append(Told(claim, severity, text, seen, times))
        return found

    def standings(self) -> Standings:
        """The fitness of each region that should look."""
        fleet = self.fleet.regions()
        return {region: fleet[region] for region in self.regions}

    def verdict(self, docket: Docket, panel: Panel, seen: View, opinions: Sequence[Opinion], now: Instant) -> Verdict:
        """What is announced now, with all its evidence."""
        view = View(seen.sheet, seen.coverage, tuple(opinions))
        told, coverage, standings = self.told(docket, view), view.coverage, self.standings()
        abstentions = panel.abstentions(coverage.votes, now)
        claimed = {key: (one.claim, tally) for one in reversed(told) for key, tally in one.tallies.items()}
        cells = cells_of(view.sheet, coverage, claimed, standings, abstentions, self.rules)
        claims = [one.claim for one in told]
        severity, scope, regions, components = summary(told)
        return Verdict(
            self.service.id,
            now,
            severity,
            scope,
            regions,
            components,
            confidence(claims, view.opinions[0], coverage),
            self._reason(docket, told, view, standings, abstentions),
            cells,
            evidence_of(cells, claims, view.opinions, coverage, standings, self.rules),
        )

    def _reason(
        self,
        docket: Docket,
        told: Sequence[Told],
        view: View,
        standings: Standings,
        abstentions: Mapping[CellKey, str],
    ) -> str:
        """The sentence for people."""
        if docket.suspicion:
            return f"{docket.suspicion}."
        if not view.coverage.votes.any() and not docket.is_listening:
            return voteless(self.service, standings, abstentions)
        if docket.claims == (NOTHING_YET,):
            return "Still listening: not every region was heard yet."
        said = " ".join(one.reason for one in told)
        return said + nonvoters(standings, self.topology) + unjudged(self.service, view.coverage, abstentions)
