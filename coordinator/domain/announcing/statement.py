"""The statement: what is announced, put into words and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from coordinator.domain.announcing.evidence import cells_of, confidence, evidence_of
from coordinator.domain.announcing.hysteresis import HysteresisState
from coordinator.domain.announcing.sentences import (
    Standings,
    nonvoters,
    sentence,
    together,
    unjudged,
    voteless,
)
from coordinator.domain.announcing.severity import began, duty_of_claim, said_before, severity_of
from coordinator.domain.incidents.duty import as_told
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import NOTHING_YET, Claim
from coordinator.domain.inference.estimator import Estimate, Estimator
from coordinator.domain.inference.finding import Finding
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.model.verdict import Scope, Severity, Verdict, widest
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.counting import share_of
from coordinator.domain.window.pace import Pace
from coordinator.domain.window.share import NOTHING_COUNTED, Counted
from coordinator.domain.window.tally import Tally, tallies, times_of
from worker.contract.instant import Instant

Summary = tuple[Severity, Scope, tuple[str, ...], tuple[str, ...]]


def summary(announced: Sequence[AnnouncedClaim]) -> Summary:
    """What is said of several disruptions at once: the widest scope, and all that claims of that
    scope reach.
    """
    worst = max((one.severity for one in announced), key=list(Severity).index)
    scope = widest(one.claim.scope for one in announced)
    reached = [one.claim for one in announced if one.claim.scope is scope]
    regions = tuple(dict.fromkeys(region for claim in reached for region in claim.regions))
    components = tuple(
        dict.fromkeys(component for claim in reached for component in claim.components)
    )
    return worst, scope, regions, components


@dataclass(frozen=True, slots=True)
class Speaker:
    """Puts what is announced of one service into words and numbers."""

    service: Service
    regions: tuple[str, ...]
    """Those that should look."""
    topology: Topology
    fleet: Fleet
    pace: Pace
    rules: Rules

    def announced(self, state: HysteresisState, estimate: Estimate) -> list[AnnouncedClaim]:
        """What is announced, each claim with its severity, sentence and tallies."""
        found = []
        for claim in state.claims:
            before = said_before(claim, state.told)
            counted = self._counted(claim, began(claim, before), estimate)
            was_outage = any(one.severity is Severity.OUTAGE for one in before)
            duty = duty_of_claim(claim, state.turning)
            severity = severity_of(claim, counted.share, self.rules, before=was_outage, duty=duty)
            text = self._sentence(claim, severity, counted, estimate)
            if duty is not None:
                text = f"{text} {as_told(duty)}"
            times = partial(times_of, estimate.grid, claim.cells, claim.since, slow=claim.slow)
            seen = _tallies(claim, estimate)
            found.append(AnnouncedClaim(claim, severity, text, seen, times, counted))
        return found

    def sentence(self, claim: Claim, severity: Severity, estimate: Estimate) -> str:
        """What a verdict would say of this claim."""
        counted = self._counted(claim, claim.since, estimate)
        return self._sentence(claim, severity, counted, estimate)

    def _counted(self, claim: Claim, since: Instant, estimate: Estimate) -> Counted:
        """The looks that its severity and its sentence follow from."""
        if not claim.cells:
            return NOTHING_COUNTED
        return share_of(estimate.grid, claim.cells, since, self.pace, slow=claim.slow)

    def _sentence(
        self,
        claim: Claim,
        severity: Severity,
        counted: Counted,
        estimate: Estimate,
    ) -> str:
        rivals = estimate.findings[0].rivals
        return sentence(
            self.service, claim, severity, counted, estimate.coverage, self.topology, rivals
        )

    def standings(self) -> Standings:
        """The fitness of each region that should look."""
        fleet = self.fleet.regions()
        return {region: fleet[region] for region in self.regions}

    def verdict(
        self,
        state: HysteresisState,
        estimator: Estimator,
        seen: Estimate,
        findings: Sequence[Finding],
        now: Instant,
    ) -> Verdict:
        """What is announced now, with all its evidence."""
        estimate = Estimate(seen.grid, seen.coverage, tuple(findings))
        announced, coverage, standings = (
            self.announced(state, estimate),
            estimate.coverage,
            self.standings(),
        )
        abstentions = estimator.abstentions(coverage.votes, now)
        claimed = {
            key: (one, tally) for one in reversed(announced) for key, tally in one.tallies.items()
        }
        cells = cells_of(estimate.grid, coverage, claimed, standings, abstentions, self.rules)
        severity, scope, regions, components = summary(announced)
        return Verdict(
            self.service.id,
            now,
            severity,
            scope,
            regions,
            components,
            confidence(state.claims, estimate.findings[0], coverage),
            self._reason(state, announced, estimate, standings, abstentions),
            cells,
            evidence_of(cells, announced, estimate.findings, coverage, standings, self.rules),
        )

    def _reason(
        self,
        state: HysteresisState,
        announced: Sequence[AnnouncedClaim],
        estimate: Estimate,
        standings: Standings,
        abstentions: Mapping[CellKey, str],
    ) -> str:
        """The sentence for people."""
        if state.suspicion:
            return f"{state.suspicion}."
        if not estimate.coverage.votes.any() and not state.is_listening:
            return voteless(self.service, standings, abstentions)
        if state.claims == (NOTHING_YET,):
            return "Still listening: not every region was heard yet."
        said = " ".join(one.reason for one in announced)
        return (
            said
            + nonvoters(standings, self.topology)
            + together(estimate.coverage.independence.among(self.regions), self.topology)
            + unjudged(self.service, estimate.coverage, abstentions)
        )


def _tallies(claim: Claim, estimate: Estimate) -> Mapping[CellKey, Tally]:
    if not claim.cells:
        return {}
    return tallies(estimate.grid, claim.cells, claim.since, slow=claim.slow)
