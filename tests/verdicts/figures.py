"""Figures: what the scores of many plays amount to for one rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from statistics import fmean

from coordinator.evaluation.simulator import Family
from tests.verdicts.calibration import Samples, together
from tests.verdicts.case import Case
from tests.verdicts.chance import middle, quantile
from tests.verdicts.run import Scored

STRONG = 0.1
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many."""

    of: int
    count: int

    @property
    def share(self) -> float:
        """Not a number when there is nothing to count."""
        return self.count / self.of if self.of else nan


@dataclass(frozen=True, slots=True)
class Figures:
    """One rule over any set of plays. Cases are disrupted services; those where nobody can know are
    counted apart.
    """

    runs: int
    cases: int
    found: Part
    right_at_alarm: Part
    right_at_3: Part
    strong_at_3: Part
    """Where at least a tenth of the looks fails three minutes in; slow answers are not failures."""
    scope_at_3: Part
    right_at_end: Part
    severity_at_3: Part
    """The severity stated is that of what is true, whatever its reach."""
    severity_at_end: Part
    unknowable_at_3: Part
    """Says `unknown` where nobody can know."""
    both: Part
    f1_regions: float
    f1_components: float
    found_s: tuple[float, float]
    """Median and 90 % quantile, infinite for never."""
    right_s: tuple[float, float]
    never_right: Part
    clear_s: tuple[float, float]
    start_error_s: float
    start_within: Part
    incidents: float
    unknown: float
    """Share of the time of disruptions."""
    false_incidents: int
    false_in_ours: Part
    """Runs with a fault of our own in which an incident was opened."""
    false_wide: int
    false_wide_runs: int
    samples: Samples
    target_days: float


def figures(found: Iterable[Scored]) -> Figures:
    """The figures of these plays."""
    scores = [one.score for one in found]
    every = [case for score in scores for case in score.cases]
    cases = [case for case in every if case.known]
    ours = [score for score in scores if score.facts.family is Family.OURS]
    lasted = sum(case.lasts_s for case in cases)
    return Figures(
        runs=len(scores),
        cases=len(cases),
        found=_part(cases, "detected"),
        right_at_alarm=_part(cases, "right_at_alarm"),
        right_at_3=_part(cases, "right_at_3"),
        strong_at_3=_part(
            [case for case in cases if case.share >= STRONG and not case.slow], "right_at_3"
        ),
        scope_at_3=_part(cases, "scope_at_3"),
        right_at_end=_part(cases, "right_at_end"),
        severity_at_3=_part(cases, "severity_at_3"),
        severity_at_end=_part(cases, "severity_at_end"),
        unknowable_at_3=_part([case for case in every if not case.known], "right_at_3"),
        both=_part([case for case in cases if case.both is not None], "both"),
        f1_regions=fmean([case.f1_regions for case in cases] or [nan]),
        f1_components=fmean([case.f1_components for case in cases] or [nan]),
        found_s=_spread([case.found_after_s for case in cases]),
        right_s=_spread([case.right_after_s for case in cases]),
        never_right=Part(len(cases), sum(case.right_after_s is None for case in cases)),
        clear_s=_spread([case.clear_after_s for case in cases if case.detected]),
        start_error_s=_spread(
            [case.start_error_s for case in cases if case.start_error_s is not None]
        )[0],
        start_within=_part(
            [case for case in cases if case.start_within is not None], "start_within"
        ),
        incidents=fmean([case.incidents for case in cases] or [nan]),
        unknown=sum(case.unknown_s for case in cases) / lasted if lasted else nan,
        false_incidents=sum(len(score.false_incidents) for score in scores),
        false_in_ours=Part(len(ours), sum(bool(score.false_incidents) for score in ours)),
        false_wide=sum(len(score.false_wide) for score in scores),
        false_wide_runs=sum(bool(score.false_wide) for score in scores),
        samples=together(score.samples for score in scores),
        target_days=sum(
            len(score.facts.services) * (score.facts.until - score.facts.since) / DAY_MS
            for score in scores
        ),
    )


def by_rule(found: Iterable[Scored]) -> Mapping[str, list[Scored]]:
    """The scores of each rule, in the order in which they ran."""
    groups: dict[str, list[Scored]] = {}
    for one in found:
        groups.setdefault(one.rule, []).append(one)
    return groups


def by_scenario(found: Iterable[Scored]) -> Mapping[str, list[Scored]]:
    """The scores of each scenario."""
    groups: dict[str, list[Scored]] = {}
    for one in found:
        groups.setdefault(one.score.facts.scenario, []).append(one)
    return groups


def _part(cases: Sequence[Case], what: str) -> Part:
    return Part(len(cases), sum(bool(getattr(case, what)) for case in cases))


def _spread(values: Sequence[float | None]) -> tuple[float, float]:
    return (middle(values), quantile(values, 0.9)) if values else (nan, nan)
