"""Lists, shares and lengths as people read them."""

import pytest

from api.explanation.words import lasting, likely, listed, percent


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("", ""),
        ("a", "a"),
        ("ab", "a and b"),
        ("abc", "a, b and c"),
        ("abcdefghi", "a, b, c, d, e, f, g, h and i"),
        ("abcdefghijkl", "a, b, c, d, e, f, g, h and 4 more"),
    ],
)
def test_long_lists_end_with_how_many_more_there_are(names: str, said: str) -> None:
    assert listed(names) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.004, "0.4 %"), (0.42, "42 %"), (0.992, "99.2 %"), (1.0, "100 %")],
)
def test_shares_near_the_ends_have_one_more_digit(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "under 0.1 %"), (0.01, "1 %"), (0.9994, "99.9 %"), (1.0, "over 99.9 %")],
)
def test_no_likelihood_is_certain(share: float, said: str) -> None:
    assert likely(share) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (-5, "0 s"),
        (40_400, "40 s"),
        (725_000, "12 min 5 s"),
        (11_100_000, "3 h 5 min"),
        (187_200_000, "2 d 4 h"),
    ],
)
def test_lengths_are_told_in_their_two_largest_units(ms: int, said: str) -> None:
    assert lasting(ms) == said
