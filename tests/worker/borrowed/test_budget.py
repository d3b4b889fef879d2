"""How many tests may still be asked for."""

from multiprocessing import get_context
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from worker.borrowed.budget import HOUR_MS, Budget, Window

NOW = 1_789_200_000_000


def test_regular_looks_leave_their_share_and_confirming_ones_take_it(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "b.json", 10)
    taken = [budget.take(1, 0.5, NOW, confirming=False) for _ in range(7)]
    assert taken == [True] * 5 + [False] * 2
    assert [budget.take(2, 0.5, NOW, confirming=True) for _ in range(3)] == [True, True, False]
    assert budget.take(1, 0.5, NOW, confirming=True)
    assert not budget.take(1, 0.5, NOW, confirming=True)


def test_an_hour_after_the_first_all_are_there_again(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "b.json", 2)
    assert budget.take(2, 0, NOW, confirming=False)
    assert not budget.take(1, 0, NOW + HOUR_MS - 1, confirming=False)
    assert budget.take(2, 0, NOW + HOUR_MS, confirming=False)


def test_what_the_api_says_holds(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "b.json", 250)
    budget.take(1, 0.5, NOW, confirming=False)
    budget.heard(500, 3, 60.0, NOW)
    assert budget.window(NOW) == Window(500, 3, NOW + 60_000)
    assert not budget.take(4, 0.5, NOW, confirming=True)
    assert budget.window(NOW + 60_000).left == 250


def test_an_answer_gives_back_nothing_that_was_asked_for_since() -> None:
    window = Window(250, 200, NOW + HOUR_MS)
    assert window.told(250, 240, 3600.0, NOW).left == 200
    assert window.told(250, 190, 3600.0, NOW).left == 190
    assert window.told(250, 250, 3600.0, NOW + HOUR_MS).left == 250


def test_what_was_refused_costs_nothing(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "b.json", 5)
    assert budget.take(3, 0, NOW, confirming=False)
    budget.give_back(3, NOW)
    budget.give_back(3, NOW)
    assert budget.window(NOW).left == 5


def test_a_file_that_is_no_budget_and_a_clock_that_jumped_begin_an_hour(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    for text in ("", "[]", '{"limit": "x"}', '{"limit": 9, "left": 0, "until": 99999999999999}'):
        file.write_text(text)
        assert Budget(file, 5).window(NOW).left == 5


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=60))
def test_no_more_than_the_limit_is_ever_asked_for(asked: list[tuple[int, bool]]) -> None:
    window, spent, regular = Window(20, 20), 0, 0
    for tests, confirming in asked:
        after = window.spent(tests, 0.5, NOW, confirming=confirming)
        if after is not None:
            window, spent = after, spent + tests
            regular += 0 if confirming else tests
    assert spent <= 20
    assert regular <= 10
    assert window.left == 20 - spent


def _take(file: Path) -> int:
    budget = Budget(file, 40)
    return sum(budget.take(1, 0, NOW, confirming=False) for _ in range(30))


def test_processes_share_it(tmp_path: Path) -> None:
    with get_context("spawn").Pool(3) as pool:
        taken = pool.map(_take, [tmp_path / "b.json"] * 3)
    assert sum(taken) == 40
