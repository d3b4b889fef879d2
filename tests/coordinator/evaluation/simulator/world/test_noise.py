"""Noise: what it claims to be, and nothing when it is silent."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from random import Random

import pytest

from coordinator.evaluation.simulator import DOUBLED, NORMAL, SICK, SILENT, Noise, Shape, scenario
from coordinator.evaluation.simulator.world.noise import (
    cell_bursts,
    path_bursts,
    region_blips,
    sick_spells,
)
from worker.contract.result import Result

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
CALM = Noise(cell_bursts=0, path_bursts=0, region_blips=0)


@lru_cache(maxsize=2)
def a_day(noise: Noise) -> list[Result]:
    play = scenario("quiet-day").build(Shape(4, 1, 60_000), 1, noise)
    return list(chain.from_iterable(play.stream()))


@pytest.mark.parametrize(
    ("make", "a_day", "longest_s"),
    [(cell_bursts, 1, 40), (path_bursts, 2, 40), (region_blips, 1, 15)],
)
def test_bursts_are_short_and_a_few_a_day(make: object, a_day: int, longest_s: int) -> None:
    assert callable(make)
    found = make(NORMAL, Random(3), 0, 1_000 * DAY_MS)
    assert 0.9 * a_day < len(found) / 1_000 < 1.1 * a_day
    assert all(2_000 <= burst.until - burst.since <= longest_s * 1000 for burst in found)
    assert len(make(DOUBLED, Random(3), 0, 1_000 * DAY_MS)) > 1.8 * len(found)
    assert make(SILENT, Random(3), 0, 1_000 * DAY_MS) == []


def test_each_worker_is_sick_once_in_two_days_for_minutes() -> None:
    found = sick_spells(SICK, Random(3), 0, 2_000 * DAY_MS)
    assert 900 < len(found) < 1_100
    assert all(120_000 <= spell.until - spell.since <= 1_200_000 for spell in found)
    assert all(0.1 <= spell.share <= 0.5 for spell in found)
    assert sick_spells(NORMAL, Random(3), 0, 2_000 * DAY_MS) == []


def test_in_sick_weather_some_workers_lose_much_and_what_else_happens_is_the_same() -> None:
    weather = replace(SICK, sick_spells=12.0)
    sick, well = (
        Counter(
            result.worker
            for result in chain.from_iterable(
                scenario("quiet-day").build(Shape(3, 2, 60_000), 1, noise, 6 * HOUR_MS).stream()
            )
            if not result.ok
        )
        for noise in (weather, NORMAL)
    )
    assert all(sick[worker] >= well[worker] for worker in well)
    assert max(sick[worker] / well[worker] for worker in well) > 3


def test_a_normal_day_has_a_failing_share_below_one_percent_and_a_doubled_one_twice_that() -> None:
    shares = [
        sum(not r.ok for r in results) / len(results) for results in (a_day(NORMAL), a_day(DOUBLED))
    ]
    assert 0.002 < shares[0] < 0.008
    assert 1.6 < shares[1] / shares[0] < 2.6


def test_failures_are_of_several_kinds() -> None:
    assert {str(r.reason) for r in a_day(NORMAL)} >= {"ok", "timeout", "reset", "status", "refused"}


def test_independent_failures_losses_lateness_and_repeats_are_as_rare_as_they_claim() -> None:
    results = a_day(CALM)
    made = 4 * 22 * 1440
    heard = Counter(result.id for result in results)
    assert 0.001 < sum(not result.ok for result in results) / made < 0.004
    assert 0.0006 < 1 - len(heard) / made < 0.0014
    assert 0.0015 < (len(results) - len(heard)) / made < 0.0025
    late = [r for r in results if r.received_at - r.started_at > 15_000]
    assert 0.004 < len(late) / made < 0.008, "half a percent, and repeats that come late"
    assert max(result.received_at - result.started_at for result in results) < 132_000


def test_answers_take_longer_by_day_than_by_night_and_some_take_much_longer() -> None:
    took = [
        r.total_ms or 0
        for r in a_day(CALM)
        if r.check == "aster-api" and r.region == "eu-west" and r.ok
    ]
    by_hour = [sorted(took[n * 60 : n * 60 + 60])[29] for n in range(23)]
    assert 1.15 < max(by_hour) / min(by_hour) < 1.7
    ordinary = sorted(took)[len(took) // 2]
    assert 0.005 < sum(each > 1.9 * ordinary for each in took) / len(took) < 0.06


def test_without_noise_every_look_is_well_and_heard_once() -> None:
    results = a_day(SILENT)
    assert all(result.ok for result in results)
    assert len({result.id for result in results}) == len(results) == 4 * 22 * 1440
