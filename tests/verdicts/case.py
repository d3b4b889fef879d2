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
    seen = _Reading(course, story)
    alarm, third, end = seen.alarm, course.since + THREE_MINUTES_MS, course.until - 1
    at_3 = seen.claim(third)
    truth = max(course.within(third, third) or course.truths[:1], key=lambda one: one.share)
    first = seen.opened[0] if seen.opened else None
    moments = [("3 min", third), ("end", end)] if alarm is None else [("alarm", alarm), ("3 min", third), ("end", end)]
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
        f1_regions=_best_f1(course, third, at_3, "regions"),
        f1_components=_best_f1(course, third, at_3, "components"),
        right_after_s=seen.first(course.is_right),
        found_after_s=seen.found_after_s,
        scope_after_s=seen.first(course.is_right_scope),
        start_error_s=None if first is None else abs(first.started_by - course.since) / 1000,
        start_within=None if first is None else (first.started_after or 0) < course.since <= first.started_by,
        incidents=len(seen.opened),
        both=len(seen.opened) > 1 if course.twofold else None,
        unknown_s=_lasted(seen.lines, course.since, course.until, "unknown") / 1000,
        lasts_s=(course.until - course.since) / 1000,
        said=tuple(_said(course, name, at, seen.claim(at)) for name, at in moments),
    )


class _Reading:
    """A story read with one course in mind."""

    def __init__(self, course: Course, story: Story) -> None:
        self._course, self._story = course, story
        self.lines = story.between(course.service, course.since, course.until + SLACK_MS)
        self.opened = [one for one in story.incidents if _is_of(one, course)]
        named = (line.at for line in self.lines if line.claim.scope in DISRUPTED)
        self._named = next((max(course.since, at) for at in named), None)

    @property
    def alarm(self) -> Instant | None:
        """When the incident was opened, or else when a disruption was first named."""
        return self.opened[0].at if self.opened else self._named

    @property
    def found_after_s(self) -> float | None:
        """How long after the beginning anything was said to be wrong."""
        first = min((at for at in (self._named, self.alarm) if at is not None), default=None)
        return None if first is None else (first - self._course.since) / 1000

    def claim(self, at: Instant) -> Claim | None:
        """What stands at a moment."""
        line = self._story.line(self._course.service, at)
        return None if line is None else line.claim

    def first(self, is_right: Callable[[Claim | None, Instant], bool]) -> float | None:
        """How long after the beginning what stands was first right, if it was before the end."""
        course = self._course
        changes = [line.at for line in self.lines] + [truth.since for truth in course.truths]
        moments = sorted({max(course.since, at) for at in changes if at < course.until})
        return next(((at - course.since) / 1000 for at in moments if is_right(self.claim(at), at)), None)


def _is_of(incident: Opened, course: Course) -> bool:
    return (
        incident.service == course.service
        and course.since <= incident.at < course.until + SLACK_MS
        and course.has_cells_of(incident.claim, course.since, incident.at)
    )


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
