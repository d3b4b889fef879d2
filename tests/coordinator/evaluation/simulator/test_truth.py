"""Truth agrees with what the looks show, in every scenario."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, pairwise
from math import sqrt
from statistics import median

import pytest

from coordinator.domain.model.topology import Role
from coordinator.evaluation.simulator import SCENARIOS, SILENT, Family, Play, Shape, Truth
from coordinator.evaluation.simulator.truth import reach
from worker.contract.result import Result

MINUTE_MS = 60_000
SIGMAS = 4.5
BY_TURNS = ("flapping", "flapping-2-3")
"""Their truth counts the pauses in, so that looks are not independent."""
ALSO_FAILING = (
    "third-silent",
    "three-one-silent",
    "three-one-unfit",
    "sick-region-100",
    "sick-region-30",
    "service-3-to-12",
)
"""Something else fails, too, or what fails cannot be known."""
SICK_TOO = 0.25
"""So much more may fail where the vantage point is sick as well."""


def played(name: str, regions: int) -> tuple[Play, list[Result]]:
    lasts_ms = 45 * MINUTE_MS if name.endswith("-day") else None
    play = SCENARIOS[name].build(Shape(regions, 1), 11, lasts_ms=lasts_ms)
    return play, list(chain.from_iterable(play.stream()))


def inside(truth: Truth, result: Result) -> bool:
    return (
        result.service == truth.service
        and truth.since <= result.scheduled_at < truth.until
        and result.region in truth.regions
        and result.component in truth.components
    )


def once(results: Iterable[Result]) -> list[Result]:
    return list({result.id: result for result in results}.values())


@pytest.mark.parametrize("regions", [3, 8])
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_true_shows_and_nothing_else_does(name: str, regions: int) -> None:
    play, results = played(name, regions)
    found = once(results)
    assert found
    judged = {service.id for service in play.topology.services if service.role is Role.SERVICE}
    assert {result.region for result in found} == set(play.topology.region)
    told: set[str] = set()
    for truth in play.truths:
        assert play.warm_until <= truth.since < truth.until <= play.until
        assert set(truth.regions) <= set(play.topology.region)
        assert truth.service in judged
        within = [result for result in found if inside(truth, result)]
        told.update(result.id for result in within)
        if truth.scope != "unknown":
            shows(truth, within, found, name)
    if play.family is not Family.OURS and name not in ALSO_FAILING:
        others = [result for result in found if result.id not in told]
        assert sum(not result.ok for result in others) < 0.012 * len(others)


def shows(truth: Truth, within: list[Result], found: list[Result], name: str) -> None:
    if truth.slow:
        assert slower(truth, within, found) > (1.5 if truth.share == 1 else 1.0)
        return
    share = sum(not result.ok for result in within) / max(1, len(within))
    margin = SIGMAS * sqrt(truth.share * (1 - truth.share) / max(1, len(within))) + 0.02
    assert share > truth.share - margin - 0.15 * (name in BY_TURNS)
    margin += SICK_TOO * name.startswith("sick-region")
    assert share < truth.share + margin + 0.15 * (name in BY_TURNS)


def slower(truth: Truth, within: list[Result], found: list[Result]) -> float:
    """How much longer the answers of each cell took, in the middle."""
    before: dict[tuple[str, str], list[float]] = defaultdict(list)
    during: dict[tuple[str, str], list[float]] = defaultdict(list)
    for result in within:
        during[result.check, result.region].append(result.total_ms or 0)
    for result in found:
        if result.scheduled_at < truth.since:
            before[result.check, result.region].append(result.total_ms or 0)
    return median(median(took) / median(before[cell]) for cell, took in during.items())


@pytest.mark.parametrize(
    "name", [name for name, one in SCENARIOS.items() if one.family is Family.OURS]
)
def test_a_fault_of_ours_is_no_truth_about_a_target(name: str) -> None:
    assert {truth.scope for truth in SCENARIOS[name].build(Shape(), 4).truths} <= {"unknown"}


def test_a_dead_worker_fails_on_everything_and_its_neighbour_on_nothing() -> None:
    play = SCENARIOS["worker-network-dead"].build(Shape(), 4)
    results = list(chain.from_iterable(play.stream()))
    looks, failed = defaultdict(int), defaultdict(int)
    for result in results:
        if play.warm_until + 5 * MINUTE_MS < result.scheduled_at < play.warm_until + 10 * MINUTE_MS:
            looks[result.worker] += 1
            failed[result.worker] += not result.ok
    shares = sorted(failed[worker] / looks[worker] for worker in looks)
    assert shares[-1] == 1.0
    assert shares[-2] < 0.05


def test_from_eight_in_ten_on_it_is_an_outage_and_slow_is_degraded() -> None:
    truth = SCENARIOS["service-100"].build(Shape(), 1).truths[0]
    assert truth.severity == "outage"
    assert replace(truth, share=0.8).severity == "outage"
    assert replace(truth, share=0.79).severity == "degraded"
    assert replace(truth, slow=True).severity == "degraded"
    assert truth.to_record()["severity"] == "outage"


def failing_share(results: Iterable[Result], worker_of: str) -> float:
    found = [result for result in results if result.worker.startswith(worker_of)]
    return sum(not result.ok for result in found) / len(found)


def test_a_sick_region_loses_its_share_of_everything_and_others_nothing() -> None:
    play = SCENARIOS["region-sick-15"].build(Shape(), 4)
    since = play.warm_until + 5 * MINUTE_MS
    results = [
        result
        for result in chain.from_iterable(play.stream())
        if since < result.scheduled_at < since + 10 * MINUTE_MS
    ]
    shares = {region: failing_share(results, region) for region in play.topology.region}
    low, high = sorted(shares.values())[-2:]
    assert low < 0.05
    assert 0.1 < high < 0.2
    sick = max(shares, key=lambda region: shares[region])
    references = [result for result in results if result.service == "internet"]
    assert 0.05 < failing_share(references, sick) < 0.3


def test_of_seven_looks_of_one_slot_exactly_three_fail_in_the_short_burst() -> None:
    play = SCENARIOS["burst-3-of-7"].build(Shape(), 4, SILENT)
    results = list(chain.from_iterable(play.stream()))
    assert sum(not result.ok for result in results) == 3
    assert len({result.region for result in results}) == 7


def test_a_component_may_be_looked_at_more_often_than_others() -> None:
    play = SCENARIOS["quick-component"].build(Shape(), 4)
    intervals = [check.interval_ms for check in play.topology.checks]
    assert sorted(set(intervals)) == [10_000, 300_000]
    assert intervals.count(10_000) == 1
    first = play.topology.checks[0]
    assert (first.service, first.interval_ms) == ("aster", 10_000)
    assert play.truths[0].components == (first.component,)


def test_answers_that_take_longer_and_come_are_no_failures() -> None:
    for name in ("rise-60", "hidden-by-retries", "route-shift-35"):
        play = SCENARIOS[name].build(Shape(3, 1), 4, SILENT)
        assert all(result.ok for result in chain.from_iterable(play.stream()))


def test_the_reach_follows_the_share_of_regions_and_components() -> None:
    topology = Shape().topology
    regions, components = (
        tuple(topology.region),
        tuple(c.id for c in topology.service["aster"].components),
    )
    assert reach(topology, "aster", regions[:6], components, 8) == "regional"
    assert reach(topology, "aster", regions[:7], components, 8) == "system_wide"
    assert reach(topology, "aster", regions, components[:8], 8) == "system_wide"
    assert reach(topology, "aster", regions, components[:7], 8) == "component"
    assert reach(topology, "aster", regions[:1], components, 3) == "regional"


def test_of_too_few_regions_nobody_can_say_that_it_is_everywhere() -> None:
    topology = Shape().topology
    regions, components = (
        tuple(topology.region),
        tuple(c.id for c in topology.service["aster"].components),
    )
    assert reach(topology, "aster", regions[:3], components, 3) == "unknown", "three of eight"
    assert reach(topology, "aster", regions[:4], components, 4) == "system_wide"
    few = Shape(regions=3)
    assert SCENARIOS["third-silent"].build(few, 1).truths[0].scope == "unknown"
    assert SCENARIOS["third-silent"].build(Shape(), 1).truths[0].scope == "system_wide"


def test_a_spreading_disruption_is_regional_first_and_system_wide_at_last() -> None:
    scopes = [truth.scope for truth in SCENARIOS["region-after-region"].build(Shape(), 1).truths]
    assert scopes == ["regional"] * 6 + ["system_wide"] * 2


def test_recovery_leaves_fewer_and_fewer_components() -> None:
    truths = SCENARIOS["recovery-model-by-model"].build(Shape(), 1).truths
    assert [len(truth.components) for truth in truths] == list(range(10, 0, -1))
    assert all(one.until == other.since for one, other in pairwise(truths))
