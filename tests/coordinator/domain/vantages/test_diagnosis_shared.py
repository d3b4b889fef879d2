"""What fails for others too does not speak against a worker, or less."""

import pytest

from coordinator.domain.window.look import Vote
from tests.coordinator.domain.handmade import RULES, regions_of
from tests.coordinator.domain.vantages.diagnosis_world import REFERENCES, SERVICES, World


def test_a_service_that_fails_everywhere_speaks_against_nobody() -> None:
    world = World(lambda _, check, slot: check == "claude-c1" and slot > 5)
    assert all(world.diagnosis(region).nats == 0 for region in world.vantages)
    assert all(world.diagnosis(region).against == 0 for region in world.vantages)


def test_what_fails_in_most_other_regions_does_not_speak_against_a_worker() -> None:
    world = World(lambda region, _, slot: region != "r5" and slot > 5, ["claude-c1"])
    assert all(world.diagnosis(region).against == 0 for region in world.vantages)


def test_a_service_that_fails_in_one_region_does_not_make_its_worker_unfit() -> None:
    world = World(lambda region, check, slot: (region, check) == ("r2", "claude-c1") and slot > 5)
    assert world.diagnosis("r2").share < RULES.unfit_share
    assert world.unfit() == []


def test_a_worker_that_fails_only_at_what_one_network_serves_is_fit() -> None:
    """Five of seven checks behind one CDN: they are one witness, and the others are well."""
    behind = [*SERVICES, *REFERENCES[:2]]
    world = World(lambda region, check, slot: region == "r2" and check in behind and slot > 3)
    assert world.unfit() == ["r2"], "were they witnesses of their own, it would be the worker"
    shared = dict.fromkeys(behind, "AS13335")
    assert world.diagnosis("r2", shared).witnesses == 3
    assert world.diagnosis("r2", shared).share < RULES.unfit_share
    assert world.unfit(shared) == []


@pytest.mark.parametrize(("regions", "broken"), [(4, 2), (5, 2), (6, 3), (8, 4)])
def test_when_half_of_the_fleet_breaks_that_half_is_unfit_and_the_other_is_not(
    regions: int, broken: int
) -> None:
    dead = regions_of(broken)
    world = World(lambda region, _, slot: region in dead and slot >= 9, regions=regions)
    assert world.unfit() == list(dead)
    assert all(world.diagnosis(region).nats == 0 for region in regions_of(regions)[broken:])


def test_references_that_are_down_for_all_speak_against_nobody() -> None:
    world = World(lambda _, check, slot: check in REFERENCES and slot > 5)
    assert all(world.diagnosis(region).nats == 0 for region in world.vantages)


def test_without_any_network_everyone_is_unfit() -> None:
    """Nothing answers anybody: the references were there a moment ago, and they do not all fail at
    once.
    """
    world = World(lambda _, __, slot: slot > 5)
    assert world.unfit() == list(world.vantages)


def test_without_references_losing_all_network_cannot_be_told_from_an_outage_of_everything() -> (
    None
):
    world = World(lambda _, __, slot: slot > 5, SERVICES)
    assert world.unfit() == []


def test_one_region_alone_is_judged_by_its_references() -> None:
    assert World(lambda _, __, slot: slot > 8, regions=1).unfit() == ["r1"]
    assert World(lambda _, check, slot: slot > 8 and check in SERVICES, regions=1).unfit() == []


def test_one_other_region_is_not_enough_to_contradict_a_worker_about_a_service() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot > 5, SERVICES, regions=2)
    assert world.diagnosis("r2").against == 0
    three = World(lambda region, _, slot: region == "r2" and slot > 5, SERVICES, regions=3)
    assert three.unfit() == ["r2"]


def test_a_look_that_abstains_speaks_against_a_worker_only_at_a_reference() -> None:
    """A refused key says nothing of the worker; a resolver that fails at a reference does."""

    def abstains(kind: str) -> World:
        return World(
            lambda region, check, slot: (
                Vote.ABSTAINS
                if region == "r2" and slot > 8 and check.startswith(kind)
                else Vote.GOOD
            )
        )

    assert abstains("internet").diagnosis("r2").against == 4
    assert abstains("claude").diagnosis("r2").against == 0


def test_what_fails_elsewhere_at_times_speaks_less_against_a_worker() -> None:
    """The middle of the other regions fails one look in three: failing there is no great wonder."""
    checks = ["claude-c1"]
    world = World(lambda region, _, slot: slot > 8 if region == "r2" else slot % 3 == 2, checks)
    plain = World(lambda region, _, slot: region == "r2" and slot > 8, checks)
    assert 0 < world.diagnosis("r2").nats < 0.1 * plain.diagnosis("r2").nats
