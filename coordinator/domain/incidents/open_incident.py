"""A case: an open incident with what the judge must remember of it, and what decides how it goes
on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from coordinator.domain.incidents.duty import Duty, OnTime, duty_of, merged, on_times
from coordinator.domain.inference.claim import Claim
from coordinator.domain.inference.refinement import Remains
from coordinator.domain.model.incident import Incident, Part, Parts
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Severity
from coordinator.domain.vantages.independence import EACH_ITS_OWN, Independence
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.share import NOTHING_COUNTED, Counted
from coordinator.domain.window.tally import Tally, Times
from worker.contract.instant import Instant


class CellSpan(NamedTuple):
    """One cell's time in an incident: first and last bad look, and the first good one after."""

    first_bad: Instant
    last_bad: Instant
    first_good: Instant | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedClaim:
    """A claim that is announced, with its severity, its sentence, and the tallies of its cells."""

    claim: Claim
    severity: Severity
    reason: str
    tallies: Mapping[CellKey, Tally] = field(hash=False)
    times: Callable[[], Times] = field(default=Times, hash=False, compare=False)
    """When its timely looks were bad and when good."""
    counted: Counted = field(default=NOTHING_COUNTED, hash=False, compare=False)
    """The looks that its severity follows from."""


@dataclass(frozen=True, slots=True)
class StepInput:
    """What incidents are judged on at one step. `newest` holds the cells that vote, each with its
    newest look.
    """

    now: Instant
    service: str
    announced: tuple[AnnouncedClaim, ...]
    unknown: bool
    """Whether something is wrong or may be, and it is not known what: then nothing ends."""
    newest: Mapping[CellKey, Instant]
    components: tuple[str, ...]
    """In the configuration's order, as are the regions."""
    regions: tuple[str, ...]
    enabled: frozenset[CellKey]
    firsts: Mapping[CellKey, Tally]
    """Tallies of all cells that incidents reach, of what failed."""
    slow_firsts: Mapping[CellKey, Tally]
    """The same of what failed or was slow, for slow spells: a slow look is no good one there."""
    interval_ms: Mapping[CellKey, int]
    """How often each cell is looked at."""
    say: Callable[[Claim, Severity], str]
    """The sentence of a claim, in the words of the verdict."""
    remains: Callable[[Collection[CellKey], Instant], Remains | None] = lambda *_: None
    """What is left of the evidence of some cells since a moment; None when that is too long ago, or
    no worker of theirs was sick.
    """
    independence: Independence = EACH_ITS_OWN
    """Which regions count as one."""
    times: Callable[[Collection[CellKey], bool], Times] = lambda *_: Times()
    """When the looks at some cells were bad and when good; if slow, slow looks are bad."""
    wrong: float = 1.0
    """How likely anything is wrong."""

    def resolve_ms(self, cells: Iterable[CellKey], rules: Rules) -> int:
        """How long all of these cells must be well, by the one that is looked at most rarely."""
        slowest = max((self.interval_ms.get(key, 0) for key in cells), default=0)
        return max(rules.resolve_after_ms, rules.resolve_after_slots * slowest)

    def quickest_ms(self, cells: Iterable[CellKey]) -> int:
        """The shortest interval in which any of these cells is looked at."""
        return min(
            (self.interval_ms[key] for key in cells if key in self.interval_ms), default=1_000
        )


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An open incident with the cells that it reaches now, and the spell of each that it ever
    reached.
    """

    incident: Incident
    reach: frozenset[CellKey]
    cell_spans: Mapping[CellKey, CellSpan] = field(default_factory=dict, hash=False)
    slow: bool = False
    """Whether it is slowness rather than failures, by its last claim."""
    fallen_since: Instant | None = None
    """Since when some of its evidence counts no more."""
    on_times: tuple[OnTime, ...] = ()
    """When it failed, of the last hour."""
    duty: Duty | None = None
    """How it comes and goes, once it is intermittent."""
    timed: tuple[bool, Instant] = (False, 0)
    """Whether it was claimed when that was last worked out, and when that was."""
    returns: int = 0
    """How often it came back after it probably was over."""

    def end(self) -> tuple[Instant | None, Instant | None]:
        """(last bad, first good] of the cell that failed last."""
        last = max(
            self.cell_spans.values(),
            key=lambda cell_span: (cell_span.last_bad, cell_span.first_good is None),
            default=None,
        )
        return (None, None) if last is None else (last.last_bad, last.first_good)


def with_cell_spans(
    opened: OpenIncident, announced: Iterable[AnnouncedClaim], step_input: StepInput
) -> OpenIncident:
    """The case after what its claims and the looks since tell of its cells."""
    cell_spans, slow = dict(opened.cell_spans), opened.slow
    for one in announced:
        slow = one.claim.slow
        for key, tally in one.tallies.items():
            if key in opened.reach and tally.first_bad is not None and tally.last_bad is not None:
                first = (
                    min(tally.first_bad, cell_spans[key].first_bad)
                    if key in cell_spans
                    else tally.first_bad
                )
                cell_spans[key] = CellSpan(first, tally.last_bad, tally.first_good)
    for key, cell_span in cell_spans.items():
        seen = (step_input.slow_firsts if slow else step_input.firsts).get(key)
        if cell_span.first_good is None and seen is not None:
            good = seen.first_good if seen.first_good is not None else seen.last_good
            if good is not None and good > cell_span.last_bad:
                cell_spans[key] = cell_span._replace(first_good=good)
    return replace(opened, cell_spans=cell_spans, slow=slow)


def with_duty(
    opened: OpenIncident, claimed: bool, step_input: StepInput, rules: Rules
) -> OpenIncident:
    """The case with how it comes and goes: worked out when its claim comes or goes, and once an
    interval.
    """
    now, interval_ms = step_input.now, step_input.quickest_ms(opened.reach)
    was_claimed, timed_at = opened.timed
    if claimed is was_claimed and now < timed_at + interval_ms:
        return opened
    times = step_input.times(opened.reach, opened.slow)
    begin = min([now, *times.bad[:1], *times.good[:1]])
    lately = now - rules.intermittent_within_ms
    known = merged(opened.on_times, on_times(times, interval_ms), begin)
    known = tuple(one for one in known if one.until is None or one.until > lately)
    duty = duty_of(known, now, rules)
    return replace(opened, on_times=known, duty=duty, timed=(claimed, now))


def told_of_duty(opened: OpenIncident) -> Incident:
    """Its incident with how it comes and goes, as far as that is known."""
    duty = opened.duty
    if duty is None:
        return opened.incident
    share = round(duty.share, 3)
    return replace(opened.incident, intermittent=True, duty_cycle=share, period_ms=duty.period_ms)


def ailing(
    opened: OpenIncident, step_input: StepInput, claimed: Collection[CellKey], wanted_ms: int
) -> set[CellKey]:
    """The cells that it reaches that are claimed, not heard, or were not well for so long."""
    newest, spans, over = step_input.newest, opened.cell_spans, opened.end()[1]

    def is_well(key: CellKey) -> bool:
        if key not in newest:
            return False
        span = spans.get(key)
        since = over if span is None else span.first_good
        if since is None:
            return span is None
        return newest[key] - since >= wanted_ms

    return {key for key in opened.reach if key in claimed or not is_well(key)}


def is_over(
    opened: OpenIncident,
    step_input: StepInput,
    claimed: Collection[CellKey],
    rules: Rules,
    wanted_ms: int,
) -> bool:
    """Whether nothing is claimed of it any more and nearly all its regions are heard and were well
    for long enough.
    """
    if claimed or step_input.unknown:
        return False
    regions = {region for _, region in opened.reach}
    ill = {region for _, region in ailing(opened, step_input, claimed, wanted_ms)}
    return len(regions - ill) >= rules.resolve_share * len(regions)


def narrowed(
    opened: OpenIncident, step_input: StepInput, claimed: frozenset[CellKey], rules: Rules
) -> frozenset[CellKey]:
    """The reach without the regions and components that are out of it and were well for long.

    It does not narrow while nothing in it is wrong any more: then it waits to resolve as a whole.
    """
    if opened.reach <= claimed or not claimed & opened.reach:
        return opened.reach
    stays = ailing(opened, step_input, claimed, rules.narrow_after_ms)
    regions, components = {region for _, region in stays}, {component for component, _ in stays}
    return frozenset(key for key in opened.reach if key[0] in components and key[1] in regions)


def parts_of(cell_spans: Mapping[CellKey, CellSpan], *, over: bool) -> Parts:
    """When it began and ended in each region and component. While it goes on, what still fails has
    no end.
    """
    found = []
    for axis, place in (("region", 1), ("component", 0)):
        for name in sorted({key[place] for key in cell_spans}):
            there = [cell_span for key, cell_span in cell_spans.items() if key[place] == name]
            ends = [cell_span.first_good for cell_span in there]
            known = [end for end in ends if end is not None]
            until = max(known, default=None) if over or len(known) == len(ends) else None
            found.append(Part(axis, name, min(cell_span.first_bad for cell_span in there), until))
    return tuple(found)


def cell_spans_of(incident: Incident, reach: Collection[CellKey]) -> dict[CellKey, CellSpan]:
    """The spells that the parts of a stored incident tell of the cells that it reaches: no finer
    than the parts.
    """
    since = {(part.axis, part.name): part.since for part in incident.parts}
    return {
        key: CellSpan(begun, begun)
        for key in reach
        if (begun := max(since.get(("component", key[0]), 0), since.get(("region", key[1]), 0)))
    }
