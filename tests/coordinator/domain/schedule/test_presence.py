"""Which regions are heard."""

import pytest

from coordinator.domain.schedule.presence import Presence


def silent(presence: Presence, now_s: float, since_s: float | None = 0.0) -> bool:
    return presence.silent("eu-west", now_s, since_s)


@pytest.fixture
def presence() -> Presence:
    presence = Presence()
    presence.expect(["eu-west"], 0.0)
    return presence


def test_a_region_has_twenty_seconds_to_be_heard_first(presence: Presence) -> None:
    assert not silent(presence, 19.9)
    assert silent(presence, 20.1)


def test_a_region_falls_silent_fifteen_seconds_after_it_was_heard(presence: Presence) -> None:
    presence.heard("eu-west", 100.0)
    assert not silent(presence, 114.9)
    assert silent(presence, 115.1)


def test_it_is_back_as_soon_as_it_is_heard(presence: Presence) -> None:
    assert silent(presence, 100.0)
    presence.heard("eu-west", 100.0)
    assert not silent(presence, 100.1)


def test_without_a_link_nobody_is_silent(presence: Presence) -> None:
    assert not silent(presence, 100.0, since_s=None)


def test_after_a_new_link_everybody_gets_time_again(presence: Presence) -> None:
    presence.heard("eu-west", 10.0)
    assert not silent(presence, 115.0, since_s=100.0)
    assert silent(presence, 121.0, since_s=100.0)


def test_a_region_that_was_configured_later_gets_its_own_time(presence: Presence) -> None:
    presence.expect(["eu-west", "us-east"], 100.0)
    assert not presence.silent("us-east", 119.0, 0.0)
    assert presence.silent("us-east", 121.0, 0.0)
    assert silent(presence, 101.0)


def test_a_worker_is_present_for_fifteen_seconds_after_it_spoke(presence: Presence) -> None:
    presence.heard("eu-west", 100.0, "eu-west-1")
    assert presence.present("eu-west", "eu-west-1", 115.0)
    assert not presence.present("eu-west", "eu-west-1", 115.1)
    assert not presence.present("eu-west", "eu-west-2", 100.0)
    assert not presence.present("us-east", "eu-west-1", 100.0)


def test_workers_that_are_gone_are_forgotten(presence: Presence) -> None:
    for n in range(1_000):
        presence.heard("eu-west", float(n), f"eu-west-{n}")
    assert len(presence._workers["eu-west"]) < 20
