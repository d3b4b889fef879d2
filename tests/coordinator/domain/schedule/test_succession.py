"""Going on after another leader: each look is ordered by one of the two, and none by both."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.schedule import Due, Schedule, Span
from coordinator.domain.schedule.succession import (
    AHEAD_MS,
    ANSWERED_MS,
    MADE_UP_MS,
    believable,
    scheduled,
    succession,
)

NOW = 1_772_000_000_000
REGIONS = ("eu-west", "us-east", "ap-south")
SCHEDULE = Schedule(
    Topology(
        regions=tuple(Region(name, name, "IE", "EU", 0.0, 0.0) for name in REGIONS),
        checks=tuple(
            Check(f"c{n}", "s", "c", "http", interval_ms, 1_000, REGIONS)
            for n, interval_ms in enumerate((2_000, 5_000, 30_000, 60_000))
        ),
    )
)
MARKS = st.dictionaries(st.sampled_from(REGIONS), st.integers(NOW - 40_000, NOW + AHEAD_MS))


def key(due: Due) -> tuple[str, str, int]:
    return due.check.id, due.region, due.slot


@given(MARKS, st.integers(0, 999))
def test_each_look_is_one_of_ordered_late_and_missed(marks: dict[str, int], past: int) -> None:
    found = succession(SCHEDULE, marks, NOW + past, NOW)
    told = [key(due) for due in (*found.ordered, *found.late, *found.missed)]
    assert len(told) == len(set(told))
    everything = {key(due) for due in SCHEDULE.due(NOW - MADE_UP_MS, NOW)}
    assert everything <= set(told)
    for due in found.ordered:
        assert due.scheduled_at < marks[due.region]
        assert due.scheduled_at >= NOW - ANSWERED_MS
    for due in (*found.late, *found.missed):
        assert marks.get(due.region, 0) <= due.scheduled_at < NOW


@given(MARKS)
def test_at_most_one_look_of_a_check_in_a_region_is_late_and_by_less_than_its_interval(
    marks: dict[str, int],
) -> None:
    late = succession(SCHEDULE, marks, NOW, NOW).late
    assert len({(due.check.id, due.region) for due in late}) == len(late)
    assert all(NOW - due.scheduled_at < due.check.interval_ms for due in late)
    assert [due.scheduled_at for due in late] == sorted(due.scheduled_at for due in late)


def test_marks_of_a_clock_that_was_ahead_are_not_believed() -> None:
    marks = {"eu-west": NOW + 60_000, "us-east": NOW + 500}
    assert believable(marks, NOW) == {"us-east": NOW + 500}


CHECK = Check("c", "s", "c", "http", 5_000, 1_000, REGIONS)
FIRST = CHECK.slot(NOW)
LONG = Span(CHECK, "eu-west", FIRST, FIRST + 19)
SLOTS = st.integers(FIRST - 5, FIRST + 25)


@given(st.lists(st.tuples(SLOTS, SLOTS).map(sorted), max_size=4), SLOTS)
def test_looks_are_accounted_for_from_when_they_were_scheduled_or_first_known(
    ranges: list[list[int]], begun: int
) -> None:
    known = [(low, high) for low, high in ranges]
    found = scheduled(LONG, known, LONG.instant(begun))
    slots = set() if found is None else set(range(found.first_slot, found.last_slot + 1))
    assert slots >= set(range(max(begun, FIRST), FIRST + 20))
    there = {n for low, high in known for n in range(low, high + 1)}
    assert slots >= there & set(range(FIRST, FIRST + 20))
    if FIRST - 1 in there:
        assert slots == set(range(FIRST, FIRST + 20))
    if not there:
        assert min(slots, default=begun) >= begun
