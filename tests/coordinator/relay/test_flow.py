"""How much one worker may take of a relay, and how often its misuse is told of."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.relay.flow import Flow, Room, Taking
from coordinator.relay.misuse import AGAIN_S, MOST_A_MINUTE, Misuse


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10_000)), max_size=40))
def test_a_flow_that_is_obeyed_stays_within_rate_and_burst(
    steps: list[tuple[float, int]],
) -> None:
    flow, at_s, taken, last = Flow(0.0, rate=100, burst=1_000), 0.0, 0, 0
    for pause_s, size in steps:
        at_s += pause_s
        if flow.wait_s(at_s) == 0:
            flow.took(size)
            taken, last = taken + size, size
        assert taken - last <= 1_000 + 100 * at_s + 1e-6


def test_who_waits_as_long_as_told_may_go_on() -> None:
    flow = Flow(0.0, rate=100, burst=1_000)
    flow.took(5_000)
    wait_s = flow.wait_s(0.0)
    assert wait_s == 40
    assert flow.wait_s(wait_s) == 0


def test_room_comes_back_at_the_end_of_a_request() -> None:
    room = Room(100)
    with Taking(room) as first:
        assert first.more(60)
        with Taking(room) as second:
            assert second.more(40)
            assert not second.more(1)
        assert first.more(40)
    assert room.take(100)


def test_a_misused_key_is_told_of_once_in_a_while() -> None:
    misuse = Misuse()
    told = [misuse.is_news("eu-west/a", "192.0.2.1", at_s) for at_s in range(int(AGAIN_S) + 1)]
    assert told == [True, *[False] * (int(AGAIN_S) - 1), True]
    assert misuse.is_news("eu-west/a", "192.0.2.2", AGAIN_S)


def test_many_keys_at_once_do_not_fill_the_log() -> None:
    misuse = Misuse()
    told = [misuse.is_news(f"eu-west/{number}", "192.0.2.1", 0.0) for number in range(5_000)]
    assert sum(told) == MOST_A_MINUTE
    assert misuse.is_news("eu-west/later", "192.0.2.1", 61.0)
