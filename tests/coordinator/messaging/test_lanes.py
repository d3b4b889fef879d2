"""What waits for the loop: a lane for each region."""

import asyncio
import threading

import pytest

from coordinator.messaging.envelope import Delivery
from coordinator.messaging.lanes import FEW, LANE_BYTES, WAITING, Lanes


def delivery(region: str, body: bytes = b"x") -> Delivery:
    return Delivery(region, "t", body, 0.0)


async def test_a_region_that_fills_its_lane_leaves_the_others_theirs() -> None:
    lanes = Lanes()
    lanes.put([delivery("eu-west")] * WAITING)
    assert (lanes.room("eu-west"), lanes.room("us-east")) == (0, WAITING)


async def test_a_lane_is_bounded_in_bytes() -> None:
    lanes = Lanes()
    lanes.put([delivery("eu-west", bytes(LANE_BYTES))])
    assert lanes.room("eu-west") == 0
    await lanes.some(0)
    assert lanes.room("eu-west") == WAITING


async def test_the_regions_are_served_in_turn_and_each_in_order() -> None:
    lanes = Lanes()
    lanes.put([delivery("eu-west", bytes([n])) for n in range(100)])
    lanes.put([delivery("us-east", bytes([n])) for n in range(3)])
    found = await lanes.some(0, 8)
    assert [one.body[0] for one in found if one.region == "us-east"] == [0, 1, 2]
    assert [one.body[0] for one in found if one.region == "eu-west"] == [0, 1, 2, 3, 4]


async def test_a_batch_is_bounded_in_bytes_and_is_never_empty_for_it() -> None:
    lanes = Lanes()
    lanes.put([delivery("eu-west", bytes(2 * LANE_BYTES))] * 2)
    assert len(await lanes.some(0)) == 1
    assert len(await lanes.some(0)) == 1
    assert lanes.depth() == 0


async def test_whose_reports_are_set_aside_has_few_places_until_they_are_good_again() -> None:
    lanes = Lanes()
    lanes.judged({"eu-west": 4, "us-east": 4}, {"eu-west": 2, "us-east": 1})
    lanes.put([*([delivery("eu-west")] * 40), *([delivery("us-east")] * 20)])
    found = [one.region for one in await lanes.some(0)]
    assert (found.count("eu-west"), found.count("us-east")) == (FEW, 20)
    assert len(await lanes.some(0)) == FEW, "and the rest the next time"
    lanes.judged({"eu-west": FEW}, {})
    assert len(await lanes.some(0)) == 40 - 2 * FEW


async def test_who_waits_is_woken_by_what_another_thread_puts() -> None:
    lanes = Lanes()
    threading.Timer(0.05, lanes.put, [[delivery("eu-west")]]).start()
    async with asyncio.timeout(5):
        assert len(await lanes.some(5)) == 1


@pytest.mark.parametrize("timeout_s", [0, -1, 0.01])
async def test_nothing_comes_in_time(timeout_s: float) -> None:
    assert await Lanes().some(timeout_s) == []
