"""Nobody is silent while we do not listen."""

from coordinator.runtime.hearing import HELD_UP_S, Turns


class Time:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_while_turns_are_quick_everybody_is_heard_since_the_link_stands() -> None:
    time = Time()
    turns = Turns(time)
    for _ in range(100):
        time.now_s += 1
        turns.turn()
    assert turns.heard_since_s(1_007.0) == 1_007.0
    assert turns.heard_since_s(None) is None


def test_while_a_turn_takes_long_nobody_can_be_heard() -> None:
    time = Time()
    turns = Turns(time)
    turns.turn()
    time.now_s += HELD_UP_S
    assert turns.heard_since_s(900.0) == 900.0
    time.now_s += 1
    assert turns.heard_since_s(900.0) is None


def test_after_a_long_turn_everybody_has_to_be_heard_anew() -> None:
    time = Time()
    turns = Turns(time)
    time.now_s += 60
    turns.turn()
    assert turns.heard_since_s(900.0) == 1_060.0
    time.now_s += 1
    turns.turn()
    assert turns.heard_since_s(900.0) == 1_060.0, "the next turn makes nobody heard earlier"
    assert turns.heard_since_s(1_100.0) == 1_100.0
