"""A case: one disrupted service in one play, and how a rule did on it."""

from dataclasses import dataclass

from tests.verdicts.course import Course, claim_of
from tests.verdicts.reading import Reading
from tests.verdicts.story import Claim, Story
from worker.contract.instant import Instant

THREE_MINUTES_MS = 180_000


@dataclass(frozen=True, slots=True)
class Case:
    """Times are seconds after the disruption began; None for never."""

    service: str
    scope: str
    """What was true three minutes in, as the next two."""
    share: float
    slow: bool
    detected: bool
    right_at_alarm: bool
    right_at_3: bool
    scope_at_3: bool
    right_at_end: bool
    severity_at_3: bool
    severity_at_end: bool
    f1_regions: float
    f1_components: float
    right_after_s: float | None
    found_after_s: float | None
    scope_after_s: float | None
    """Until the scope alone was right."""
    clear_after_s: float | None
    """After its end, until all is said to be well."""
    start_error_s: float | None
    start_within: bool | None
    incidents: int
    both: bool | None
    """Whether an incident was opened for each, where there were two disruptions at once."""
    unknown_s: float
    lasts_s: float
    said: tuple[str, ...]
    """What was said against what was true: at the alarm, three minutes in, at the end."""

    @property
    def known(self) -> bool:
        """Whether an observer could know how far it reached."""
        return self.scope != "unknown"


def case_of(course: Course, story: Story) -> Case:
    """How a rule did on one course."""
    seen = Reading(course, story)
    alarm, third, end = seen.alarm, course.since + THREE_MINUTES_MS, course.until - 1
    at_3 = seen.claim(third)
    truth = max(course.within(third, third) or course.truths[:1], key=lambda one: one.share)
    first = seen.opened[0] if seen.opened else None
    moments = (
        [("3 min", third), ("end", end)]
        if alarm is None
        else [("alarm", alarm), ("3 min", third), ("end", end)]
    )
    return Case(
        service=course.service,
        scope=truth.scope,
        share=truth.share,
        slow=truth.slow,
        detected=alarm is not None,
        right_at_alarm=alarm is not None and course.is_right(seen.claim(alarm), alarm),
        right_at_3=course.is_right(at_3, third),
        scope_at_3=course.is_right_scope(at_3, third),
        right_at_end=course.is_right(seen.claim(end), end),
        severity_at_3=course.is_right_severity(seen.severity(third), third),
        severity_at_end=course.is_right_severity(seen.severity(end), end),
        f1_regions=_best_f1(course, third, at_3, "regions"),
        f1_components=_best_f1(course, third, at_3, "components"),
        right_after_s=seen.first(course.is_right),
        found_after_s=seen.found_after_s,
        scope_after_s=seen.first(course.is_right_scope),
        clear_after_s=seen.clear_after_s,
        start_error_s=None if first is None else abs(first.started_by - course.since) / 1000,
        start_within=(
            None if first is None else (first.started_after or 0) < course.since <= first.started_by
        ),
        incidents=len(seen.opened),
        both=len(seen.opened) > 1 if course.twofold else None,
        unknown_s=seen.lasted_s("unknown"),
        lasts_s=(course.until - course.since) / 1000,
        said=tuple(_said(course, name, at, seen.claim(at)) for name, at in moments),
    )


def _best_f1(course: Course, at: Instant, claim: Claim | None, axis: str) -> float:
    """Of the names on one axis against the nearest truth; 0 when nothing is named."""
    named: frozenset[str] = getattr(claim, axis) if claim is not None else frozenset()
    true: list[frozenset[str]] = [getattr(claim_of(truth), axis) for truth in course.holding(at)]
    return max(
        (2 * len(named & names) / ((len(named) + len(names)) or 1) for names in true), default=0.0
    )


def _said(course: Course, name: str, at: Instant, claim: Claim | None) -> str:
    true = " | ".join(str(claim_of(truth)) for truth in course.holding(at))
    mark = "right" if course.is_right(claim, at) else "WRONG"
    differs = (
        _differs(claim, claim_of(course.holding(at)[-1]))
        if claim is not None and course.holding(at)
        else ""
    )
    return (
        f"{name} ({(at - course.since) / 1000:.0f} s) {mark}: {claim or 'nothing'}; true:"
        f" {true}{differs}"
    )


def _differs(claim: Claim, true: Claim) -> str:
    """Which names are too many and which are missing, when it is about names at all."""
    if not (claim.regions and true.regions):
        return ""
    more = sorted((claim.regions - true.regions) | (claim.components - true.components))
    less = sorted((true.regions - claim.regions) | (true.components - claim.components))
    return (f"; adds {', '.join(more)}" if more else "") + (
        f"; lacks {', '.join(less)}" if less else ""
    )
