"""The score of a rule on one play: its cases, what it said without reason, and how its confidence
bore out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coordinator.evaluation.simulator import Family, Truth
from tests.verdicts.calibration import Sample, Samples
from tests.verdicts.case import Case, case_of
from tests.verdicts.course import SLACK_MS, Course, courses
from tests.verdicts.story import DISRUPTED, Line, Opened, Story, told
from worker.contract.instant import Instant

SAMPLE_MS = 30_000
Test = Callable[[Line, Course | None], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a play beforehand."""

    scenario: str
    family: Family
    seed: int
    services: tuple[str, ...]
    """Those that are judged."""
    since: Instant
    warm_until: Instant
    until: Instant
    truths: tuple[Truth, ...]
    published_at: Instant | None = None
    """When the vendor said so, in a play of a real incident."""


@dataclass(frozen=True, slots=True)
class Score:
    """All figures of one rule on one play."""

    facts: Facts
    cases: tuple[Case, ...]
    false_incidents: tuple[str, ...]
    false_alarms: tuple[str, ...]
    """Verdicts that name a disruption where and when there is none; another severity alone is no
    other verdict.
    """
    false_wide: tuple[str, ...]
    """Verdicts `system_wide` when nothing is."""
    samples: Samples


def score(facts: Facts, records: Iterable[Mapping[str, Any]]) -> Score:
    """Compare what a rule said with the truth."""
    story, true = told(records), courses(facts.truths)
    quiet = facts.family is Family.QUIET
    return Score(
        facts,
        () if quiet else tuple(case_of(course, story) for course in true.values()),
        tuple(
            _of(one, facts)
            for one in story.incidents
            if quiet or not _is_earned(one, true.get(one.service), facts.family)
        ),
        tuple(_lines(story, facts, true, _is_false_alarm)),
        tuple(_lines(story, facts, true, _is_false_wide)),
        Counter(_samples(facts, story, true)),
    )


def _is_earned(incident: Opened, course: Course | None, family: Family) -> bool:
    """Whether something of it fails at the time, or did until just before. That something is wrong
    in an unknown reach is no incident while the fault is ours.
    """
    blamed = family is Family.OURS and incident.claim.scope == "unknown"
    return (
        course is not None
        and not blamed
        and course.has_cells_of(incident.claim, incident.at - SLACK_MS, incident.at)
    )


def _of(incident: Opened, facts: Facts) -> str:
    return f"{_when(incident.at, facts)} incident {incident.service}: {incident.claim}"


def _is_false_alarm(line: Line, course: Course | None) -> bool:
    if line.claim.scope not in DISRUPTED:
        return False
    return course is None or not course.has_cells_of(line.claim, line.at - SLACK_MS, line.at)


def _is_false_wide(line: Line, course: Course | None) -> bool:
    if line.claim.scope != "system_wide":
        return False
    held = () if course is None else course.within(line.at - SLACK_MS, line.at)
    return all(truth.scope != "system_wide" for truth in held)


def _lines(story: Story, facts: Facts, true: Mapping[str, Course], is_false: Test) -> Iterator[str]:
    for service, lines in story.lines.items():
        for before, line in zip((None, *lines), lines, strict=False):
            is_new = before is None or before.claim != line.claim
            if is_new and is_false(line, true.get(service)):
                yield (
                    f"{_when(line.at, facts)} verdict {service}: {line.claim}"
                    f" ({line.confidence:.2f})"
                )


def _when(at: Instant, facts: Facts) -> str:
    begin = min((truth.since for truth in facts.truths), default=facts.warm_until)
    return f"{(at - begin) / 1000:+.0f} s"


def _samples(facts: Facts, story: Story, true: Mapping[str, Course]) -> Iterator[Sample]:
    """What stands each half minute; a verdict `unknown` claims nothing."""
    for service in facts.services:
        lines = story.lines.get(service, ())
        yield from _of_service(
            range(facts.warm_until, facts.until, SAMPLE_MS), lines, true.get(service)
        )


def _of_service(
    moments: Sequence[Instant], lines: Sequence[Line], course: Course | None
) -> Iterator[Sample]:
    place = -1
    for at in moments:
        while place + 1 < len(lines) and lines[place + 1].at <= at:
            place += 1
        if place < 0 or lines[place].claim.scope == "unknown":
            continue
        claim = lines[place].claim
        held = course is not None and course.within(at, at)
        right = course.is_right(claim, at) if course is not None and held else claim.scope == "none"
        settled = course is None or course.settled(at)
        yield Sample(
            round(lines[place].confidence, 3), right, claim.scope in DISRUPTED, settled, claim.scope
        )
