"""The simulated internet: the same for the same seed, and any look of it at any time."""

from itertools import chain

import pytest

from coordinator.evaluation.simulator import NORMAL, SCENARIOS, SILENT, Play, Shape, scenario
from coordinator.evaluation.simulator.world.dice import look_of
from worker.contract.result import Result, from_record, to_record

MINUTE_MS = 60_000
SMALL = Shape(regions=3, workers=2, components=3, others=(2,))


def all_of(play: Play) -> list[Result]:
    return list(chain.from_iterable(play.stream()))


def test_the_same_arguments_give_the_same_results() -> None:
    assert all_of(scenario("region-30").build(SMALL, 5)) == all_of(
        scenario("region-30").build(SMALL, 5)
    )


def test_another_seed_gives_other_results_and_another_truth() -> None:
    plays = [scenario("region-100").build(SMALL, seed) for seed in range(20)]
    assert len({play.truths for play in plays}) == 20
    assert {play.truths[0].regions for play in plays} == {("us-east",), ("us-west",), ("eu-west",)}


@pytest.mark.parametrize("looks", ["each", "shared"])
def test_a_single_look_is_the_one_of_the_stream(looks: str) -> None:
    shape = Shape(3, 3, components=3, others=(2,), looks=looks)  # type: ignore[arg-type]
    play = scenario("service-30").build(shape, 2)
    seen: set[str] = set()
    for result in all_of(play):
        if result.id not in seen:
            found = play.look(result.check, result.region, result.worker, result.scheduled_at)
            assert found == result
        seen.add(result.id)


def test_an_extra_look_is_independent_of_the_first() -> None:
    play = scenario("service-30").build(SMALL, 2, SILENT)
    truth = play.truths[0]
    slots = range(truth.since, truth.until, SMALL.interval_ms)
    asked = [
        (
            play.look(f"aster-{part}", region, worker, at, 1),
            play.look(f"aster-{part}", region, worker, at, 2),
        )
        for part in truth.components
        for region in truth.regions
        for worker in SMALL.workers_of(region)
        for at in slots
    ]
    failed = [
        (one is not None and not one.ok, other is not None and not other.ok) for one, other in asked
    ]
    assert len(failed) > 300
    assert 0.2 < sum(one for one, _ in failed) / len(failed) < 0.4
    assert 0.03 < sum(one and other for one, other in failed) / len(failed) < 0.15


def test_ids_are_derived_from_the_look_and_its_worker() -> None:
    result = all_of(scenario("quiet-day").build(SMALL, 1, lasts_ms=10 * MINUTE_MS))[7]
    slot = result.scheduled_at // SMALL.interval_ms
    assert result.id == look_of(result.check, result.region, result.worker, slot, 0)


def test_every_worker_takes_every_look_or_one_of_them_does() -> None:
    lasts_ms = 100 * MINUTE_MS
    each = all_of(scenario("quiet-day").build(Shape(3, 2), 1, SILENT, lasts_ms))
    shared = all_of(scenario("quiet-day").build(Shape(3, 2, looks="shared"), 1, SILENT, lasts_ms))
    assert len(each) == 2 * len(shared) == 2 * 3 * 22 * 200
    first = sum(result.worker.endswith("-1") for result in shared) / len(shared)
    assert 0.47 < first < 0.53


def test_results_come_in_the_order_of_their_receipt_however_they_are_batched() -> None:
    play = scenario("coordinator-cut-off").build(SMALL, 3)
    batches = list(play.stream())
    received = [result.received_at for result in chain.from_iterable(batches)]
    assert received == sorted(received)
    assert len(batches) > 3


def test_results_survive_the_way_through_a_record() -> None:
    results = all_of(scenario("cdn-two-regions").build(SMALL, 3))[:500]
    assert [from_record(to_record(result)) for result in results] == results


def test_a_timeout_takes_the_whole_timeout_and_nothing_takes_longer() -> None:
    results = all_of(scenario("timeouts-only").build(SMALL, 3))
    for result in results:
        assert result.total_ms is not None
        assert 0 < result.total_ms <= SMALL.timeout_ms
        if result.reason == "timeout":
            assert result.total_ms == SMALL.timeout_ms
            assert result.ttfb_ms is None
        if result.ok:
            assert result.ttfb_ms is not None
            assert result.ttfb_ms <= result.total_ms


def test_regions_that_share_an_edge_say_so() -> None:
    results = all_of(scenario("quiet-day").build(SMALL, 1, SILENT, MINUTE_MS))
    edges = {(r.region, r.extra["edge"], r.asn) for r in results if "edge" in r.extra}
    assert edges == {
        ("us-east", "edge-us-east", 64500),
        ("us-west", "edge-us-east", 64500),
        ("eu-west", "edge-eu-west", 64500),
    }


@pytest.mark.parametrize(
    "shape",
    [
        Shape(3, 1, 10_000, 2, (1,)),
        Shape(50, 1, 300_000, 3, (1,)),
        Shape(4, 10, 60_000, 3, (2, 2, 2), looks="shared"),
    ],
)
@pytest.mark.parametrize(
    "name", ["region-100", "provider-dead", "third-silent", "recovery-region-by-region"]
)
def test_any_shape_can_be_played(shape: Shape, name: str) -> None:
    play = SCENARIOS[name].build(shape, 1, NORMAL)
    results = all_of(play)
    assert {result.region for result in results} <= set(play.topology.region)
    assert {result.worker for result in results} == {
        worker for region in play.topology.region for worker in shape.workers_of(region)
    }
    assert play.warm_until - play.since >= 20 * MINUTE_MS
