"""The coordinator's clock, as its messages tell it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.reference_clock import CLOSE_MS, KEPT_S, ReferenceClock

TRUE_MS = 1_772_375_527_000


class Machine:
    """A machine whose clock is off, beside a coordinator whose clock is right."""

    def __init__(self, ahead_ms: int) -> None:
        self.ahead_ms = ahead_ms
        self.since_ms = 0
        self.clock = ReferenceClock(
            lambda: self.true() + self.ahead_ms, lambda: 5_000 + self.since_ms / 1000
        )

    def true(self) -> int:
        return TRUE_MS + self.since_ms

    def order(self, age_ms: int) -> None:
        self.clock.ordered(self.true() - age_ms)

    def beat(self, there_ms: int = 20, back_ms: int = 20) -> None:
        self.clock.asked("b", self.since_ms)
        asked, self.since_ms = self.since_ms, self.since_ms + there_ms
        at = self.true()
        self.since_ms += back_ms
        self.clock.answered("b", asked, at)


def test_a_clock_that_is_ahead_is_known_once_a_heartbeat_was_answered() -> None:
    machine = Machine(300_000)
    machine.order(age_ms=30)
    assert machine.clock.ahead_ms() == 0
    machine.beat()
    assert machine.clock.ahead_ms() == 300_020, "the receipt is younger than the order"
    assert machine.clock.now() == machine.true() - 20


def test_a_clock_that_is_behind_is_known_by_the_first_order_from_the_future() -> None:
    machine = Machine(-300_000)
    machine.order(age_ms=30)
    assert machine.clock.ahead_ms() == -299_970


def test_orders_that_lay_in_the_broker_do_not_make_a_right_clock_wrong() -> None:
    machine = Machine(0)
    machine.order(age_ms=40_000)
    machine.beat(there_ms=10_000)
    assert machine.clock.ahead_ms() == 0


@given(
    st.integers(-600_000, 600_000),
    st.lists(st.integers(0, 60_000), min_size=1),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1),
)
def test_the_clock_is_never_made_wronger_than_it_is_or_than_the_youngest_order_is_old(
    ahead_ms: int, ages_ms: list[int], beats: list[tuple[int, int]]
) -> None:
    machine = Machine(ahead_ms)
    for there_ms, back_ms in beats:
        machine.beat(there_ms, back_ms)
    for age_ms in ages_ms:
        machine.order(age_ms)
    told = machine.clock.ahead_ms()
    assert told == 0 or abs(told - ahead_ms) <= min(ages_ms)
    assert told != 0 or ahead_ms >= -CLOSE_MS - min(ages_ms)


@pytest.mark.parametrize("ahead_s", [-3600, -300, -5, 0, 5, 300, 3600])
def test_an_old_order_that_is_sent_again_moves_no_clock_that_receipts_told(ahead_s: int) -> None:
    machine = Machine(ahead_s * 1000)
    machine.order(age_ms=1_800_000)
    assert not machine.clock.is_known(), "an order alone tells no time"
    machine.beat()
    machine.order(age_ms=3_600_000)
    assert machine.clock.is_known()
    assert abs(machine.clock.now() - machine.true()) <= 20


def test_a_heartbeat_that_lay_waiting_does_not_tell_the_time_and_the_next_one_does() -> None:
    machine = Machine(5_000)
    machine.beat(there_ms=4_500)
    assert not machine.clock.is_known()
    machine.beat()
    assert machine.clock.is_known()
    assert machine.clock.now() == machine.true() - 20


def test_setting_either_clock_right_again_is_noticed() -> None:
    machine = Machine(300_000)
    machine.beat()
    machine.order(age_ms=10)
    machine.ahead_ms = 0
    assert machine.clock.ahead_ms() == 0


def test_a_coordinator_whose_clock_is_set_is_followed() -> None:
    machine = Machine(0)
    machine.beat()
    machine.order(age_ms=10)
    machine.ahead_ms = 90_000
    machine.clock.ordered(machine.true() - 10)
    machine.since_ms += int(2.5 * KEPT_S * 1000)
    machine.beat()
    machine.order(age_ms=10)
    assert machine.clock.ahead_ms() == 90_010
