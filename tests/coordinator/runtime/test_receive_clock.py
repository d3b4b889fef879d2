"""The receive clock never goes back."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.runtime.receive_clock import ReceiveClock


class Clocks:
    """A wall clock and a monotonic one that a test moves."""

    def __init__(self, wall: int) -> None:
        self.wall = wall
        self.monotonic_s = 0.0

    def receive_clock(self, last: int = 0) -> ReceiveClock:
        return ReceiveClock(lambda: self.wall, lambda: self.monotonic_s, last)

    def pass_by(self, ms: int, set_back_ms: int = 0) -> None:
        self.wall += ms - set_back_ms
        self.monotonic_s += ms / 1000


def test_a_stamp_is_the_moment() -> None:
    clocks = Clocks(1_234_567)
    assert clocks.receive_clock().next() == 1_234_567


def test_a_stamp_is_never_a_whole_second() -> None:
    clocks = Clocks(1_234_000)
    assert clocks.receive_clock().next() == 1_234_001


def test_a_small_step_back_waits() -> None:
    clocks = Clocks(100_500)
    receive_clock = clocks.receive_clock()
    first = receive_clock.next()
    clocks.pass_by(10, set_back_ms=500)
    assert receive_clock.next() == first


def test_after_the_clock_was_set_back_time_goes_on() -> None:
    clocks = Clocks(10_000_500)
    receive_clock = clocks.receive_clock()
    first = receive_clock.next()
    clocks.pass_by(1_000, set_back_ms=3_600_000)
    assert receive_clock.next() == first + 1_000
    clocks.pass_by(60_000)
    assert receive_clock.next() == first + 61_000


def test_a_restart_goes_on_from_the_last_stamp() -> None:
    clocks = Clocks(1_000)
    assert clocks.receive_clock(last=500_123).next() == 500_123


@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(-200_000, 200_000)), max_size=30))
def test_whatever_somebody_does_to_the_clock_stamps_never_go_back(
    moves: list[tuple[int, int]],
) -> None:
    clocks = Clocks(10_000_000)
    receive_clock = clocks.receive_clock()
    given_out = []
    for ms, back in moves:
        given_out.append(receive_clock.next())
        clocks.pass_by(ms, back)
    assert given_out == sorted(given_out)
    assert all(stamp % 1000 for stamp in given_out)
