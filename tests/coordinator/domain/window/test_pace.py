import numpy as np

from coordinator.domain.window.axes import Axes
from coordinator.domain.window.pace import Pace, pace_of
from tests.coordinator.domain.handmade import RULES, check_of, series_of

AXES = Axes(("c1", "c2"), ("r1", "r2"), 10_000, 6)


def pace() -> Pace:
    """The first component every 10 s (and every minute by another check), the second every 5
    minutes in one region.
    """
    quick = check_of("claude-c1", ("r1", "r2"), 10_000, 5_000)
    again = check_of("claude-c1", ("r1",), 60_000, 20_000)
    slow = check_of("claude-c2", ("r1",), 300_000, 30_000)
    all_series = [
        series_of(quick, "r1"),
        series_of(quick, "r2"),
        series_of(again, "r1"),
        series_of(slow, "r1"),
    ]
    return pace_of(AXES, all_series, [0, 1, 0, 2], RULES.step_ms)


def test_a_cell_is_looked_at_as_often_as_by_its_quickest_check() -> None:
    assert pace().by_cell == {("c1", "r1"): 10_000, ("c1", "r2"): 10_000, ("c2", "r1"): 300_000}


def test_what_is_looked_at_much_more_rarely_is_not_waited_for() -> None:
    quick = pace().alike([("c1", "r2")])
    assert quick.tolist() == [[True, True], [False, False]]
    assert pace().patience_ms(quick) == 2 * 10_000 + 20_000 + RULES.step_ms


def test_what_is_looked_at_more_often_is_waited_for() -> None:
    every = pace().alike([("c2", "r1")])
    assert every.tolist() == [[True, True], [True, False]]
    assert pace().patience_ms(every) == 2 * 300_000 + 30_000 + RULES.step_ms


def test_without_a_cell_in_question_it_is_the_quickest_that_count() -> None:
    assert np.array_equal(pace().alike([]), pace().alike([("c1", "r1")]))
    assert np.array_equal(pace().alike([("c9", "r9")]), pace().alike([]))


def test_nothing_is_waited_for_where_nothing_is_looked_at() -> None:
    nothing = pace_of(AXES, [], [], RULES.step_ms)
    assert not nothing.alike([]).any()
    assert nothing.patience_ms(nothing.alike([])) == RULES.step_ms
