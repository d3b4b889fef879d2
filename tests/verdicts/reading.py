"""A reading: a story read with one course in mind."""

from collections.abc import Callable

from tests.verdicts.course import SLACK_MS, Course
from tests.verdicts.story import DISRUPTED, Claim, Opened, Story
from worker.contract.instant import Instant


class Reading:
    """What was said of the service from the beginning of the course until a little after its
    end.
    """

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

    @property
    def clear_after_s(self) -> float | None:
        """How long after the end all is said to be well."""
        until = self._course.until
        standing = self._story.between(self._course.service, until, self._story.end + 1)
        return next(
            (max(0, line.at - until) / 1000 for line in standing if line.claim.scope == "none"),
            None,
        )

    def claim(self, at: Instant) -> Claim | None:
        """What stands at a moment."""
        line = self._story.line(self._course.service, at)
        return None if line is None else line.claim

    def severity(self, at: Instant) -> str:
        """How bad what stands at a moment is said to be; nothing while no disruption is named."""
        line = self._story.line(self._course.service, at)
        return line.severity if line is not None and line.claim.scope in DISRUPTED else ""

    def first(self, is_right: Callable[[Claim | None, Instant], bool]) -> float | None:
        """How long after the beginning what stands was first right, if it was before the end."""
        course = self._course
        changes = [line.at for line in self.lines] + [truth.since for truth in course.truths]
        moments = sorted({max(course.since, at) for at in changes if at < course.until})
        return next(
            ((at - course.since) / 1000 for at in moments if is_right(self.claim(at), at)), None
        )

    def lasted_s(self, scope: str) -> float:
        """How much of the course was said to be of this scope."""
        since, until = self._course.since, self._course.until
        ends = [line.at for line in self.lines[1:]] + [until]
        spans = zip(self.lines, ends, strict=False)
        lasted = (
            min(until, end) - max(since, line.at)
            for line, end in spans
            if line.claim.scope == scope
        )
        return sum(max(0, ms) for ms in lasted) / 1000


def _is_of(incident: Opened, course: Course) -> bool:
    return (
        incident.service == course.service
        and course.since <= incident.at < course.until + SLACK_MS
        and course.has_cells_of(incident.claim, course.since, incident.at)
    )
