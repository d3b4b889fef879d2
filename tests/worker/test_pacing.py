"""Starts are spread, close up when they fall behind, and are never lost."""

import asyncio
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.clock import monotonic_s
from worker.pacing import BEHIND_S, FIRST_COST_S, FULL_SHARE, HEADROOM, LONGEST_GAP_S, SHARE, Pacer


class Starts:
    """A pacer, and when what it was told started."""

    def __init__(self) -> None:
        self.pacer = Pacer[int](asyncio.get_running_loop(), self._start)
        self.at_s: list[float] = []
        self.what: list[int] = []

    def _start(self, what: int) -> None:
        self.at_s.append(monotonic_s())
        self.what.append(what)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.what) < count:  # noqa: ASYNC110 - starts are noted by a callback
                await asyncio.sleep(0.001)


async def test_what_is_due_alone_starts_there_and_then() -> None:
    starts = Starts()
    starts.pacer.due(1)
    assert starts.what == [1]


async def test_what_is_due_together_starts_spread_and_in_order() -> None:
    starts = Starts()
    for number in range(60):
        starts.pacer.due(number)
    assert len(starts.what) <= 2
    await starts.until(60)
    assert starts.what == list(range(60))
    least_s = 58 * FIRST_COST_S / FULL_SHARE
    assert least_s <= starts.at_s[-1] - starts.at_s[0]


async def test_a_pause_of_the_loop_is_not_made_up_for_in_a_burst() -> None:
    starts = Starts()
    for number in range(100):
        starts.pacer.due(number)
    before, began_s = len(starts.what), monotonic_s()
    while monotonic_s() - began_s < 0.05:  # whatever blocks the loop
        pass
    await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    assert len(starts.what) - before < 15


async def test_the_gap_follows_what_a_look_costs_here() -> None:
    starts = Starts()
    starts.pacer.measure()
    for _ in range(40):
        began_s = thread_time()
        while thread_time() - began_s < 0.001:
            pass
        for _ in range(10):
            starts.pacer.ended()
        starts.pacer.measure()
    assert starts.pacer.gap_s(0) == pytest.approx(0.0001 / SHARE, rel=0.5)


async def test_steady_demand_gets_the_share_that_it_needs_and_a_burst_does_not() -> None:
    starts = Starts()
    for _ in range(300):
        starts.pacer.due(0)
    await asyncio.sleep(0.1)
    starts.pacer.measure()
    burst = starts.pacer.gap_s(0)
    assert burst > FIRST_COST_S / SHARE / 2
    starts.pacer._arrived_per_s = 0.8 / starts.pacer._cost_s
    assert starts.pacer.gap_s(0) == pytest.approx(starts.pacer._cost_s / (0.8 * HEADROOM))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_later_the_closer_and_never_beyond_what_the_cpu_can_do(
    late_s: float, later_s: float
) -> None:
    pacer = Pacer[int](asyncio.new_event_loop(), lambda _: None)
    late_s, later_s = sorted((late_s, later_s))
    assert pacer.gap_s(later_s) <= pacer.gap_s(late_s) <= LONGEST_GAP_S
    assert pacer.gap_s(BEHIND_S) == pytest.approx(FIRST_COST_S / FULL_SHARE)
    pacer._loop.close()
