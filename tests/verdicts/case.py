"""A case: one disrupted service in one play, and how a rule did on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.verdicts.course import SLACK_MS, Course, claim_of
from tests.verdicts.story import DISRUPTED, Claim, Line, Opened, Story
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
    f1_regions: float
    f1_components: float
    right_after_s: float | None
    found_after_s: float | None
    scope_after_s: float | None
    """Until the scope alone was right."""
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
    service, since, until = course.service, course.since, course.until
    lines = story.between(service, since, until + SLACK_MS)
    opened = [one for one in story.incidents if _is_of(one, course)]
    first = opened[0] if opened else None
    noticed = next((max(since, line.at) for line in lines if line.claim.scope in DISRUPTED), None)
    alarm = first.at if first else noticed
    third, end = since + THREE_MINUTES_MS, until - 1
    truth = max(course.within(third, third) or course.truths[:1], key=lambda one: one.share)
    moments = {"alarm": alarm, "3 min": third, "end": end}
    claims = {name: _claim(story, service, at) for name, at in moments.items() if at is not None}
    right = _first(course, lines, course.is_right)
    scope = _first(course, lines, course.is_right_scope)
    soonest = min((at for at in (noticed, alarm) if at is not None), default=None)
    third_claim = claims["3 min"]
    return Case(
        service=service,
        scope=truth.scope,
        share=truth.share,
        slow=truth.slow,
        detected=alarm is not None,
        right_at_alarm=alarm is not None and course.is_right(claims["alarm"], alarm),
        right_at_3=course.is_right(third_claim, third),
        scope_at_3=course.is_right_scope(third_claim, third),
        right_at_end=course.is_right(claims["end"], end),
        f1_regions=_best_f1(course, third, third_claim, "regions"),
        f1_components=_best_f1(course, third, third_claim, "components"),
        right_after_s=_seconds(right, since),
        found_after_s=_seconds(soonest, since),
        scope_after_s=_seconds(scope, since),
        start_error_s=None if first is None else abs(first.started_by - since) / 1000,
        start_within=None if first is None else (first.started_after or 0) < since <= first.started_by,
        incidents=len(opened),
        both=len(opened) > 1 if course.twofold else None,
        unknown_s=_lasted(lines, since, until, "unknown") / 1000,
        lasts_s=(until - since) / 1000,
        said=tuple(_said(course, name, at, claims[name]) for name, at in moments.items() if at is not None),
    )


def _claim(story: Story, service: str, at: Instant) -> Claim | None:
    line = story.line(service, at)
    return None if line is None else line.claim


def _is_of(incident: Opened, course: Course) -> bool:
    return (
        incident.service == course.service
        and course.since <= incident.at < course.until + SLACK_MS
        and course.has_cells_of(incident.claim, course.since, incident.at)
    )


def _seconds(at: Instant | None, since: Instant) -> float | None:
    return None if at is None else (at - since) / 1000


def _first(course: Course, lines: Sequence[Line], is_right: Callable[[Claim | None, Instant], bool]) -> Instant | None:
    """The first moment of the course at which what stands is right."""
    changes = [line.at for line in lines] + [truth.since for truth in course.truths]
    for at in sorted({max(course.since, at) for at in changes if at < course.until}):
        standing = [line for line in lines if line.at <= at]
        if standing and is_right(standing[-1].claim, at):
            return at
    return None


def _lasted(lines: Sequence[Line], since: Instant, until: Instant, scope: str) -> int:
    ends = [line.at for line in lines[1:]] + [until]
    spans = [(max(since, line.at), min(until, end), line) for line, end in zip(lines, ends, strict=False)]
    return sum(max(0, end - begin) for begin, end, line in spans if line.claim.scope == scope)


def _best_f1(course: Course, at: Instant, claim: Claim | None, axis: str) -> float:
    """Of the names on one axis against the nearest truth; 0 when nothing is named."""
    named: frozenset[str] = getattr(claim, axis) if claim is not None else frozenset()
    true: list[frozenset[str]] = [getattr(claim_of(truth), axis) for truth in course.holding(at)]
    return max((2 * len(named & names) / ((len(named) + len(names)) or 1) for names in true), default=0.0)


def _said(course: Course, name: str, at: Instant, claim: Claim | None) -> str:
    true = " | ".join(str(claim_of(truth)) for truth in course.holding(at))
    mark = "right" if course.is_right(claim, at) else "WRONG"
    differs = _differs(claim, claim_of(course.holding(at)[-1])) if claim is not None and course.holding(at) else ""
    return f"{name} ({(at - course.since) / 1000:.0f} s) {mark}: {claim or 'nothing'}; true: {true}{differs}"


def _differs(claim: Claim, true: Claim) -> str:
    """Which names are too many and which are missing, when it is about names at all."""
    if not (claim.regions and true.regions):
        return ""
    more = sorted((claim.regions - true.regions) | (claim.components - true.components))
    less = sorted((true.regions - claim.regions) | (true.components - claim.components))
    return (f"; adds {', '.join(more)}" if more else "") + (f"; lacks {', '.join(less)}" if less else "")
