"""Which regions are heard."""

import pytest

from coordinator.domain.schedule.presence import Hearing


def silent(hearing: Hearing, now_s: float, since_s: float | None = 0.0) -> bool:
    return hearing.silent("eu-west", now_s, since_s)


@pytest.fixture
def hearing() -> Hearing:
    hearing = Hearing()
    hearing.expect(["eu-west"], 0.0)
    return hearing


def test_a_region_has_twenty_seconds_to_be_heard_first(hearing: Hearing) -> None:
    assert not silent(hearing, 19.9)
    assert silent(hearing, 20.1)


def test_a_region_falls_silent_fifteen_seconds_after_it_was_heard(hearing: Hearing) -> None:
    hearing.heard("eu-west", 100.0)
    assert not silent(hearing, 114.9)
    assert silent(hearing, 115.1)


def test_it_is_back_as_soon_as_it_is_heard(hearing: Hearing) -> None:
    assert silent(hearing, 100.0)
    hearing.heard("eu-west", 100.0)
    assert not silent(hearing, 100.1)


def test_without_a_link_nobody_is_silent(hearing: Hearing) -> None:
    assert not silent(hearing, 100.0, since_s=None)


def test_after_a_new_link_everybody_gets_time_again(hearing: Hearing) -> None:
    hearing.heard("eu-west", 10.0)
    assert not silent(hearing, 115.0, since_s=100.0)
    assert silent(hearing, 121.0, since_s=100.0)


def test_a_region_that_was_configured_later_gets_its_own_time(hearing: Hearing) -> None:
    hearing.expect(["eu-west", "us-east"], 100.0)
    assert not hearing.silent("us-east", 119.0, 0.0)
    assert hearing.silent("us-east", 121.0, 0.0)
    assert silent(hearing, 101.0)


def test_a_worker_is_present_for_fifteen_seconds_after_it_spoke(hearing: Hearing) -> None:
    hearing.heard("eu-west", 100.0, "eu-west-1")
    assert hearing.present("eu-west", "eu-west-1", 115.0)
    assert not hearing.present("eu-west", "eu-west-1", 115.1)
    assert not hearing.present("eu-west", "eu-west-2", 100.0)
    assert not hearing.present("us-east", "eu-west-1", 100.0)


def test_workers_that_are_gone_are_forgotten(hearing: Hearing) -> None:
    for n in range(1_000):
        hearing.heard("eu-west", float(n), f"eu-west-{n}")
    assert len(hearing._workers) < 20
