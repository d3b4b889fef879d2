"""What may rightly be said of a course at any moment."""

from tests.verdicts.course import Course, claim_of
from tests.verdicts.handmade import at, truth
from tests.verdicts.story import Claim

ONE = truth(600, 900, "regional", "r1", "api web")
TWO = truth(900, 1200, "regional", "r1 r2", "api web")
COURSE = Course("aster", (ONE, TWO))


def test_only_the_same_scope_regions_and_components_are_right() -> None:
    assert COURSE.is_right(claim_of(ONE), at(700))
    assert not COURSE.is_right(claim_of(TWO), at(700))
    assert not COURSE.is_right(Claim("regional", frozenset({"r1"}), frozenset({"api"})), at(700))
    assert not COURSE.is_right(
        Claim("system_wide", frozenset({"r1"}), frozenset({"api", "web"})), at(700)
    )
    assert not COURSE.is_right(None, at(700))


def test_after_a_change_both_are_right_for_a_minute_and_a_half() -> None:
    assert COURSE.is_right(claim_of(TWO), at(900))
    assert COURSE.is_right(claim_of(ONE), at(989))
    assert not COURSE.is_right(claim_of(ONE), at(991))


def test_at_its_beginning_nothing_else_is_right() -> None:
    well = Claim("none", frozenset(), frozenset())
    assert not COURSE.is_right(well, at(601))
    assert not COURSE.settled(at(601))
    assert COURSE.settled(at(700))


def test_where_nobody_can_know_unknown_is_right_whatever_it_names() -> None:
    course = Course("aster", (truth(600, 900, "unknown", "r1", "api"),))
    assert course.is_right(Claim("unknown", frozenset({"r1", "r2"}), frozenset()), at(700))
    assert not course.is_right(Claim("regional", frozenset({"r1"}), frozenset({"api"})), at(700))
    assert not course.known


def test_of_two_at_once_either_is_right() -> None:
    part, place = (
        truth(600, 900, "component", "r1 r2 r3", "api"),
        truth(700, 900, "regional", "r1", "api web"),
    )
    course = Course("aster", (part, place))
    assert course.twofold
    assert not COURSE.twofold
    assert course.is_right(claim_of(part), at(850))
    assert course.is_right(claim_of(place), at(850))
