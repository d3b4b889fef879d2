"""What announced maintenance means for an incident."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.maintenance.announced import SETTLES_MS, Bearing, announced
from coordinator.domain.maintenance.window import Occurrence
from tests.coordinator.domain.notifying.incidents import AT, MINUTE, incident, over


def time(since: int, until: int, *targets: str, **told: Any) -> Occurrence:
    return Occurrence("w", "W", "configuration", since, until, frozenset(targets), **told)


HOUR = 60 * MINUTE
NOW = AT + 5 * MINUTE
WIDE = time(AT - MINUTE, AT + HOUR, "claude")


def test_what_begins_in_a_window_is_within_it_and_later_outlasted_it() -> None:
    one = incident()
    for at, state in (
        (NOW, Bearing.WITHIN),
        (AT + HOUR, Bearing.WITHIN),
        (AT + HOUR + SETTLES_MS - 1, Bearing.WITHIN),
        (AT + HOUR + SETTLES_MS, Bearing.OUTLASTED),
    ):
        found = announced(one, [WIDE], at)
        assert found is not None
        assert found.state is state, at
    ended = announced(over(one, AT + 30 * MINUTE), [WIDE], AT + 9 * HOUR)
    assert ended is not None
    assert ended.state is Bearing.WITHIN


def test_what_began_before_a_window_or_behind_it_is_not_explained_by_it() -> None:
    assert announced(incident(), [time(AT + 1, AT + HOUR)], NOW) is None
    assert announced(incident(), [time(AT - HOUR, AT)], NOW) is None


def test_a_window_must_cover_all_of_it() -> None:
    wide = incident(components=("api", "web"))
    assert announced(wide, [time(AT, AT + HOUR, "claude/api")], NOW) is None
    assert announced(incident(), [time(AT, AT + HOUR, "claude/api")], NOW)
    assert announced(incident(), [time(AT, AT + HOUR, "shop")], NOW) is None
    assert announced(incident(), [time(AT, AT + HOUR)], NOW)
    here = frozenset({"eu-west"})
    assert announced(incident(), [time(AT, AT + HOUR, regions=here)], NOW) is None
    assert announced(incident(regions=("eu-west",)), [time(AT, AT + HOUR, regions=here)], NOW)


def test_windows_that_meet_are_one() -> None:
    second = time(AT + HOUR, AT + 2 * HOUR)
    found = announced(incident(), [second, WIDE], AT + HOUR + 30 * MINUTE)
    assert found is not None
    assert (found.state, found.until) == (Bearing.WITHIN, AT + 2 * HOUR)
    gap = replace(second, since=AT + HOUR + 1)
    found = announced(incident(), [WIDE, gap], AT + 90 * MINUTE)
    assert found is not None
    assert (found.state, found.until) == (Bearing.OUTLASTED, AT + HOUR)


times = st.lists(
    st.tuples(st.integers(-90, 90), st.integers(1, 90)).map(
        lambda one: time(AT + one[0] * MINUTE, AT + sum(one) * MINUTE)
    ),
    max_size=8,
)


@given(times, st.permutations(range(8)), st.integers(0, 300))
def test_the_order_of_windows_does_not_matter(
    found: list[Occurrence], order: list[int], later: int
) -> None:
    at = AT + later * MINUTE
    shuffled = [found[place] for place in order if place < len(found)]
    assert announced(incident(), found, at) == announced(incident(), shuffled, at)


@given(times, times, st.integers(0, 300))
def test_one_window_more_never_makes_it_outlast_sooner(
    found: list[Occurrence], more: list[Occurrence], later: int
) -> None:
    at = AT + later * MINUTE
    before, after = announced(incident(), found, at), announced(incident(), [*found, *more], at)
    if before is not None:
        assert after is not None
        assert after.until >= before.until or after.occurrence.since < before.occurrence.since


@given(times, st.integers(0, 200), st.integers(0, 200))
def test_what_outlasted_it_never_comes_back_into_it(
    found: list[Occurrence], first: int, more: int
) -> None:
    one = announced(incident(), found, AT + first * MINUTE)
    later = announced(incident(), found, AT + (first + more) * MINUTE)
    if one is not None and one.state is Bearing.OUTLASTED:
        assert later is not None
        assert later.state is Bearing.OUTLASTED
