"""The registry of scenarios."""

import ast
from pathlib import Path

import pytest

import coordinator.evaluation.simulator
from coordinator.evaluation.simulator import (
    SCENARIOS,
    Family,
    Shape,
    UnknownScenarioError,
    scenario,
)

MINUTE_MS = 60_000
WANTED = """
quiet-day noisy-day worker-network-dead worker-dns-dead worker-clock-off worker-starved
worker-half-dead region-workers-dead provider-dead region-100 region-30 region-10 region-asn
country-100 continent-100 cdn-two-regions component-100 component-30 component-10
component-in-region two-components service-100 service-30 service-10 service-5 region-after-region
recovery-region-by-region recovery-model-by-model flapping blip-30s slow-region slow-everywhere
timeouts-only certificate-expired nxdomain-half bot-wall key-revoked third-silent all-but-one-silent
coordinator-cut-off repeats-shuffled two-incidents two-incidents-one-service
cdn-60-percent bad-release maintenance slow-burn no-network
worker-sick-10 worker-sick-25 worker-sick-50 region-sick-15 region-sick-50 third-sick-15
provider-sick-20 resolver-sick-20 sick-region-100 sick-region-30
service-12 service-9 service-6 service-3 service-3-to-12 component-in-region-50 burst-one-slot
burst-3-of-7 flapping-2-3 rise-60 rise-60-region swing-day route-shift-35 hidden-by-retries
quick-component rare-component three-one-silent three-one-unfit two-regions-100 two-regions-one
one-region-100 five-by-one-100 five-by-one-region five-by-one-component-30
"""


def test_every_event_that_the_judge_must_know_is_there() -> None:
    assert set(WANTED.split()) <= set(SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_says_what_it_is_in_one_sentence(name: str) -> None:
    one = SCENARIOS[name]
    assert one.id == name
    assert one.title.endswith(".")
    assert one.family in Family


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_has_a_warm_up_and_a_quiet_tail(name: str) -> None:
    for seed in range(3):
        play = SCENARIOS[name].build(Shape(), seed)
        assert play.warm_until >= play.since + 20 * MINUTE_MS
        for truth in play.truths:
            assert play.warm_until <= truth.since < truth.until <= play.until - 12 * MINUTE_MS


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        UnknownScenarioError, match="there is no scenario region-20; did you mean region-30"
    ):
        scenario("region-20")
    with pytest.raises(UnknownScenarioError, match="--list names them all"):
        scenario("xyzzy")


def test_a_fleet_that_is_too_small_is_refused_unless_the_scenario_brings_its_own() -> None:
    with pytest.raises(ValueError, match="region-100 needs 3 regions, not 2"):
        scenario("region-100").build(Shape(2))
    assert len(scenario("one-region-100").build(Shape(8)).topology.regions) == 1


def test_the_simulator_knows_of_the_judge_only_the_topology() -> None:
    folder = Path(coordinator.evaluation.simulator.__file__).parent
    imported = {
        node.module
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert {name for name in imported if name.startswith("coordinator.domain")} == {
        "coordinator.domain.model.topology"
    }
