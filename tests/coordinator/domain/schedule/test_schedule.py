"""Which looks are due when."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.schedule import Schedule
from worker.contract.standing.schedule import phase

NOW = 1_772_000_000_123
REGIONS = ("eu-west", "us-east", "ap-south")


def topology(checks: int = 20, interval_ms: int = 30_000) -> Topology:
    return Topology(checks=tuple(check(f"check-{n}", interval_ms) for n in range(checks)))


def check(name: str, interval_ms: int) -> Check:
    return Check(name, "s", "c", "http", interval_ms, 1000, REGIONS)


def test_every_look_is_due_once_in_an_interval() -> None:
    looks = Schedule(topology()).due(NOW, NOW + 30_000)
    assert Counter((look.check.id, look.region) for look in looks) == Counter(
        {(f"check-{n}", region): 1 for n in range(20) for region in REGIONS}
    )


def test_the_slot_is_the_interval_that_the_moment_lies_in() -> None:
    for look in Schedule(topology()).due(NOW, NOW + 90_000):
        assert look.slot == look.check.slot(look.scheduled_at)
        assert look.scheduled_at - look.slot * 30_000 == phase(look.check.id, look.region, 30_000)


def test_looks_come_in_order_of_time() -> None:
    times = [look.scheduled_at for look in Schedule(topology()).due(NOW, NOW + 90_000)]
    assert times == sorted(times)


@given(st.integers(0, 2**42), st.lists(st.integers(1, 40_000), min_size=1, max_size=20))
def test_windows_that_follow_each_other_leave_nothing_out_and_repeat_nothing(
    start: int, lengths: list[int]
) -> None:
    schedule = Schedule(Topology(checks=(check("a", 700), check("b", 5_000), check("c", 30_000))))
    pieces, at = [], start
    for length in lengths:
        pieces += schedule.due(at, at + length)
        at += length
    assert sorted(map(repr, pieces)) == sorted(map(repr, schedule.due(start, at)))


@given(st.integers(0, 2**42), st.integers(1, 200_000))
def test_missed_spans_are_the_looks_that_were_due(start: int, length: int) -> None:
    schedule = Schedule(Topology(checks=(check("a", 7_000), check("b", 30_000))))
    due = defaultdict(list)
    for look in schedule.due(start, start + length):
        due[look.check.id, look.region].append(look.slot)
    missed = {
        (s.check.id, s.region): list(range(s.first_slot, s.last_slot + 1))
        for s in schedule.missed(start, start + length)
    }
    assert missed == due


def test_a_long_pause_costs_no_more_than_a_short_one() -> None:
    spans = Schedule(topology()).missed(NOW, NOW + 10**12)
    assert len(spans) == 60


def test_looks_spread_over_the_interval() -> None:
    seconds = Counter(
        look.scheduled_at // 1000 for look in Schedule(topology(1000)).due(NOW, NOW + 30_000)
    )
    assert max(seconds.values()) < 2 * 3000 / 30


def test_the_phase_never_changes() -> None:
    assert phase("claude-api", "eu-west", 30_000) == 23_359


@pytest.mark.parametrize("interval_ms", [1, 999, 86_400_000])
def test_any_interval_will_do(interval_ms: int) -> None:
    assert 0 <= phase("a", "b", interval_ms) < interval_ms


@given(st.integers(0, 2**42), st.integers(2, 40))
def test_a_region_with_a_stride_looks_in_each_so_many_th_slot(start: int, stride: int) -> None:
    rare = Region("eu-west", "", "IE", "EU", 0.0, 0.0, stride=stride)
    schedule = Schedule(replace(topology(checks=3, interval_ms=1_000), regions=(rare,)))
    looks = Counter(
        (look.check.id, look.region) for look in schedule.due(start, start + 1_000 * stride)
    )
    assert {look: times for look, times in looks.items() if look[1] == "eu-west"} == {
        (f"check-{n}", "eu-west"): 1 for n in range(3)
    }
    assert looks["check-0", "us-east"] == stride


def test_a_region_that_looks_rarely_misses_nothing() -> None:
    rare = Region("eu-west", "", "IE", "EU", 0.0, 0.0, stride=5)
    schedule = Schedule(replace(topology(), regions=(rare,)))
    assert {span.region for span in schedule.missed(NOW, NOW + 600_000)} == {"us-east", "ap-south"}
