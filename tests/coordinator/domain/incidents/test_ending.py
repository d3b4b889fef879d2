"""Since when an open incident probably is over."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.incidents.ending import LEAST, MOST
from coordinator.domain.model.incident import IncidentEvent, Moment, ProbableEnd
from coordinator.domain.window.tally import Times
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import HERE, RESOLVE_S, Life, announced


def begun(last: float = 25) -> Life:
    life = Life()
    life.step(30, announced(HERE, 0, last))
    return life


def test_what_is_claimed_no_more_probably_is_over_until_it_resolves() -> None:
    life = begun()
    (line,) = life.quiet(40, 30, wrong=0.04)
    assert line.moment is Moment.ENDING
    assert line.incident.probably_over == ProbableEnd(at(25), at(30), 0.96)
    assert line.note.startswith("It is probably over since ")
    assert line.note.endswith("UTC (96 %).")
    assert line.incident.ended_by is line.incident.resolved_at is None
    assert life.quiet(50, 30, wrong=0.01) == [], "told once"
    (over,) = life.quiet(30 + RESOLVE_S + 1, 30, wrong=0.0)
    assert over.moment is Moment.RESOLVED
    assert over.incident.probably_over is None
    assert (over.incident.ended_after, over.incident.ended_by) == (at(25), at(30))


def test_what_comes_back_is_not_over() -> None:
    life = begun()
    life.quiet(40, 30, wrong=0.04)
    (line,) = life.step(60, announced(HERE, 0, 55))
    assert (line.moment, line.incident.probably_over) == (Moment.UPDATED, None)
    assert life.step(65, announced(HERE, 0, 60)) == [], "told once"


def test_an_end_that_is_unlikely_or_that_nobody_saw_is_not_told() -> None:
    assert begun().quiet(40, 30, wrong=1 - LEAST + 0.01) == []
    assert begun().step(40, wrong=0.0) == [], "no good look came yet"


def test_a_likelihood_that_changes_much_is_told_anew() -> None:
    life = begun()
    life.quiet(40, 30, wrong=0.5)
    assert life.quiet(45, 30, wrong=0.45) == []
    (line,) = life.quiet(50, 30, wrong=0.2)
    assert line.incident.probably_over == ProbableEnd(at(25), at(30), 0.8)


def turned(times: int) -> tuple[Life, Sequence[IncidentEvent]]:
    """It was there so many times, a minute long, a minute apart; the last one just ended."""
    spans = [(120 * n, 120 * n + 60) for n in range(times)]
    bad = [at(t) for begin, end in spans for t in range(begin, end, 2)]
    good = [at(t) for _, end in spans for t in range(end, end + 60, 2)]
    last = spans[-1][1]
    told = Times(bad, [moment for moment in good if moment <= at(last + 20)])
    life = Life()
    life.step(last - 10, announced(HERE, 0, last - 12), duty_times=told)
    life.step(last, announced(HERE, 0, last - 2), duty_times=told)
    firsts = life.incidents.open[0].cell_spans
    assert firsts
    return life, life.quiet(last + 20, last, wrong=0.0, duty_times=told)


@pytest.mark.parametrize(("returns", "chance"), [(0, MOST), (1, 0.5), (2, 0.33)])
def test_that_it_came_back_before_speaks_against_its_end(returns: int, chance: float) -> None:
    life, last = begun(), 25.0
    for _ in range(returns):
        life.quiet(last + 20, last + 5, wrong=0.0)
        last += 60
        life.step(last + 5, announced(HERE, 0, last))
    (line,) = life.quiet(last + 20, last + 5, wrong=0.0)
    assert line.incident.probably_over == ProbableEnd(at(last), at(last + 5), chance)


def test_an_end_that_nobody_can_see_any_more_is_no_return() -> None:
    life = begun()
    life.quiet(40, 30, wrong=0.0)
    assert life.quiet(50, 30, wrong=1.0) == life.step(55, wrong=0.0) == []
    assert life.quiet(60, 30, wrong=0.0) == []
    assert life.open[0].probably_over == ProbableEnd(at(25), at(30), MOST)


def test_a_pause_of_what_comes_and_goes_is_no_end() -> None:
    life, lines = turned(4)
    assert life.incidents.open[0].duty is not None
    assert [line.incident.probably_over for line in lines if line.incident.probably_over] == []


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=8))
def test_an_end_is_told_exactly_while_nothing_is_claimed_and_it_is_likely(
    steps: list[tuple[bool, float]],
) -> None:
    life, last, came_back = begun(), 25.0, False
    for n, (claimed, wrong) in enumerate(steps):
        now = 40 + 10 * n
        if claimed:
            came_back |= life.open[0].probably_over is not None
            last = now - 5
            part_of_it = announced(HERE, 0, last, good=now - 3)
            life.step(now, part_of_it, wrong=wrong)
        else:
            life.quiet(now, last + 2, wrong=wrong)
        told = life.open[0].probably_over
        if claimed:
            assert told is None
        elif told is None:
            assert came_back or round(1 - wrong, 2) < LEAST
        else:
            assert (told.after, told.by) == (at(last), at(last + 2))
            assert LEAST <= told.chance <= MOST
            if round(1 - wrong, 2) >= LEAST and not came_back:
                assert abs(told.chance - (1 - wrong)) <= 0.11
