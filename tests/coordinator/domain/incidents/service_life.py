"""The incidents of one service, step by step, and claims to step over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coordinator.domain.incidents.life import OpenIncidents, step
from coordinator.domain.incidents.open_incident import AnnouncedClaim, StepInput
from coordinator.domain.inference.claim import Claim
from coordinator.domain.inference.refinement import Remains
from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.tally import Tally, Times
from tests.coordinator.domain.handmade import RULES, at, regions_of

REGIONS, COMPONENTS = regions_of(10), ("c1", "c2")
EVERY = frozenset((c, r) for c in COMPONENTS for r in REGIONS)
RESOLVE_S, NARROW_S, HOUR_S = 100, 300, 3_600
NO_TIMES = Times()
QUICK = replace(RULES, resolve_after_ms=1_000 * RESOLVE_S)


def cells(regions: Iterable[int], components: Iterable[str] = ("c1",)) -> frozenset[CellKey]:
    """These components in the regions of these numbers."""
    return frozenset((component, f"r{region}") for component in components for region in regions)


def announced(
    reach: frozenset[CellKey],
    first: float,
    last: float,
    *,
    good: float | None = None,
    before: float | None = None,
    scope: Scope = Scope.REGIONAL,
    severity: Severity = Severity.OUTAGE,
    reason: str = "It is down.",
    times: Sequence[float] | None = None,
    at_least: bool = False,
) -> AnnouncedClaim:
    """A claim of these cells, all with the same tally; a bad look every five seconds unless `times`
    says when.
    """
    regions = tuple(region for region in REGIONS if any(key[1] == region for key in reach))
    components = tuple(name for name in COMPONENTS if any(key[0] == name for key in reach))
    tally = Tally(
        last_good=at(first - 5 if before is None else before),
        first_bad=at(first),
        last_bad=at(last),
        first_good=None if good is None else at(good),
    )
    bad = (
        [at(first + 5 * n) for n in range(int(last - first) // 5 + 1)]
        if times is None
        else [at(t) for t in times]
    )
    claim = Claim(scope, reach, regions, components, 0.95, at_least=at_least)
    return AnnouncedClaim(claim, severity, reason, dict.fromkeys(reach, tally), lambda: Times(bad))


class Life:
    """The incidents of one service, step by step."""

    def __init__(self, rules: Rules = QUICK) -> None:
        self.rules = rules
        self.incidents = OpenIncidents()
        self.events: list[IncidentEvent] = []

    def step(
        self,
        now: float,
        *claims: AnnouncedClaim,
        silent: Iterable[CellKey] = (),
        firsts: Mapping[CellKey, Tally] | None = None,
        remains: Remains | None = None,
        wrong: float = 1.0,
        duty_times: Times = NO_TIMES,
    ) -> list[IncidentEvent]:
        """One step at which these claims are announced; every other cell is heard a second ago,
        unless silent. `remains` is what is left of any evidence, once workers were found sick.
        """
        gone = frozenset(silent)
        step_input = StepInput(
            now=at(now),
            service="claude",
            announced=claims,
            unknown=any(announced.claim.scope is Scope.UNKNOWN for announced in claims),
            newest={key: at(now - 1) for key in EVERY - gone},
            components=COMPONENTS,
            regions=REGIONS,
            enabled=EVERY,
            firsts=firsts or {},
            slow_firsts=firsts or {},
            interval_ms=dict.fromkeys(EVERY, 10_000),
            say=_said,
            remains=lambda *_: remains,
            times=lambda *_: duty_times,
            wrong=wrong,
        )
        self.incidents, events = step(self.incidents, step_input, self.rules)
        self.events += events
        return events

    def quiet(
        self,
        now: float,
        good: float,
        *,
        silent: Iterable[CellKey] = (),
        wrong: float = 1.0,
        duty_times: Times = NO_TIMES,
    ) -> list[IncidentEvent]:
        """One step at which nothing is claimed and all was well since `good`; that anything is
        wrong is so likely.
        """
        firsts = {key: Tally(last_good=at(now - 1), first_good=at(good)) for key in EVERY}
        return self.step(now, silent=silent, firsts=firsts, wrong=wrong, duty_times=duty_times)

    def cell_span(self, since: float, reach: frozenset[CellKey]) -> Incident:
        """Trouble of half a minute that opens an incident and is over long after."""
        self.step(since + 30, announced(reach, since, since + 25))
        (over,) = self.quiet(since + 35 + RESOLVE_S + 1, since + 35)
        assert over.moment is Moment.RESOLVED
        return over.incident

    @property
    def moments(self) -> list[str]:
        return [str(event.moment) for event in self.events]

    @property
    def open(self) -> list[Incident]:
        return [opened.incident for opened in self.incidents.open]


def _said(claim: Claim, severity: Severity) -> str:
    where = f"in {len(claim.regions)} of {len(REGIONS)} regions"
    return f"{', '.join(claim.components)} {claim.scope} {where}: {severity}."


HERE, THERE = cells([1, 2]), cells([8, 9], ["c2"])
