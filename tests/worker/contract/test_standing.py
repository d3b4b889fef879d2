"""The schedule that coordinator and worker share, and the message that carries what stands."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.schedule import Schedule
from coordinator.scheduling.orders import Specs
from worker.autonomy.reading import Standing
from worker.contract.standing.orders import StandingOrders
from worker.contract.standing.schedule import looker

NOW = 1_800_000_000_000
WORKERS = ("a", "b", "c")


def topology(intervals: list[int], stride: int) -> Topology:
    checks = tuple(
        Check(f"check-{number}", "shop", "web", "http", interval_ms, 500, ("eu", "us"))
        for number, interval_ms in enumerate(intervals)
    )
    return Topology((Region("eu", "Europe", stride=stride), Region("us", "America")), (), checks)


def standing(of: Topology, worker: str, workers: tuple[str, ...] = ()) -> Standing:
    specs = Specs(of)
    return Standing(
        StandingOrders(
            region="eu",
            worker=worker,
            issued_at=NOW,
            until=NOW,
            checks=tuple(map(specs.text, of.checks)),
            workers=workers,
            stride=of.region["eu"].stride,
        )
    )


@given(
    st.lists(st.integers(100, 120_000), min_size=1, max_size=8),
    st.integers(1, 4),
    st.integers(0, 10**6),
    st.integers(1, 60_000),
)
def test_a_worker_finds_the_very_looks_that_the_coordinator_would_order(
    intervals: list[int], stride: int, offset: int, length: int
) -> None:
    start = NOW + offset
    of = topology(intervals, stride)
    ordered = [
        (look.scheduled_at, look.slot, look.check.id)
        for look in Schedule(of).due(start, start + length)
        if look.region == "eu"
    ]
    alone = standing(of, "a")
    found = [
        (look.scheduled_at, look.slot, look.text) for look in alone.due(start, start + length, 0)
    ]
    assert [(at, slot) for at, slot, _ in found] == [(at, slot) for at, slot, _ in ordered]
    assert all(name in text for (_, _, name), (_, _, text) in zip(ordered, found, strict=True))


@given(st.lists(st.integers(1_000, 60_000), min_size=1, max_size=5), st.integers(1, 120_000))
def test_workers_that_share_make_each_look_once(intervals: list[int], length: int) -> None:
    of = topology(intervals, 1)
    together = [
        look
        for worker in WORKERS
        for look in standing(of, worker, WORKERS).due(NOW, NOW + length, 0)
    ]
    assert sorted(together) == sorted(standing(of, "a").due(NOW, NOW + length, 0))


def test_looks_are_shared_evenly_and_move_only_with_who_leaves() -> None:
    before = {slot: looker("web", slot, WORKERS) for slot in range(3_000)}
    counts = Counter(before.values())
    assert all(800 < counts[worker] < 1_200 for worker in WORKERS)
    after = {slot: looker("web", slot, ("a", "b")) for slot in range(3_000)}
    assert all(after[slot] == one for slot, one in before.items() if one != "c")


def test_a_look_that_is_an_interval_late_is_left_out() -> None:
    alone = standing(topology([1_000], 1), "a")
    assert len(alone.due(NOW - 10_000, NOW, NOW)) == 1


def test_checks_that_make_no_sense_are_left_out() -> None:
    bad = ("not json", "[]", '{"id": 7, "interval_ms": 5}', '{"id": "x", "interval_ms": 0}')
    orders = StandingOrders(region="eu", worker="a", issued_at=NOW, until=NOW, checks=bad)
    assert Standing(orders).looks == []
    assert Standing(orders).quickest_ms is None


def test_the_version_names_what_is_looked_at_and_not_when_it_was_issued() -> None:
    orders = StandingOrders(region="eu", worker="a", issued_at=NOW, until=NOW, checks=("{}",))
    later = orders.model_copy(update={"issued_at": NOW + 1, "until": NOW + 2, "worker": "b"})
    assert orders.version() == later.version()
    others = ({"checks": ()}, {"workers": ("a", "b")}, {"stride": 2}, {"location": {"city": "x"}})
    assert len({orders.model_copy(update=change).version() for change in others}) == len(others)
    assert orders.version() not in {orders.model_copy(update=one).version() for one in others}


def test_bad_standing_orders_are_refused() -> None:
    good = {"region": "eu", "worker": "a", "issued_at": 1, "until": 2, "checks": []}
    for change in ({"v": 2}, {"region": "E U"}, {"checks": [7]}, {"stride": 0}, {"until": "soon"}):
        with pytest.raises(ValidationError):
            StandingOrders.model_validate({**good, **change})
