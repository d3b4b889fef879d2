from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.look import Look, Vote
from coordinator.domain.window import Window
from worker.contract.outcome import Reason


def look(at: int, name: str = "") -> Look:
    return Look(at, name or str(at), Vote.GOOD, True, False, Reason.OK, "c", "r", "w", at + 10)


looks = st.lists(st.builds(look, st.integers(0, 40), st.sampled_from(["", "a", "b"])), max_size=60)


@given(looks, st.randoms())
def test_order_and_repeats_never_matter(found: list[Look], random: object) -> None:
    once = {found_look.id: found_look for found_look in found}.values()
    again = [*once, *once]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert Window(8, again) == Window(8, once)


@given(looks, st.integers(0, 60))
def test_parts_merged_equal_the_whole(found: list[Look], cut: int) -> None:
    once = list({found_look.id: found_look for found_look in found}.values())
    assert Window(8, once[:cut]).merge(Window(8, once[cut:])) == Window(8, once)


def test_the_newest_looks_stay() -> None:
    window = Window(3, [look(n) for n in (5, 1, 4, 2, 3)])
    assert [kept.at for kept in window] == [3, 4, 5]


def test_a_repeat_and_a_look_older_than_the_memory_change_nothing() -> None:
    window = Window(2, [look(1), look(2), look(3)])
    assert not window.add(look(3))
    assert not window.add(look(1))
    assert len(window) == 2
