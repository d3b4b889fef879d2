"""Whatever colours a page is given, what is written in them and upon them can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.documents.public_page.colours import DARK, ENOUGH, LIGHT, as_text, contrast, upon

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#1f4e79", "#1f4e79") == 1


@given(COLOURS)
def test_text_is_readable_upon_any_colour(colour: str) -> None:
    assert contrast(upon(colour), colour) >= ENOUGH


@given(COLOURS, st.sampled_from([LIGHT, DARK]))
def test_any_colour_is_readable_as_text(colour: str, papers: tuple[str, ...]) -> None:
    text = as_text(colour, papers)
    assert all(contrast(text, paper) >= ENOUGH for paper in papers)
    assert contrast(upon(text), text) >= ENOUGH


def test_a_colour_that_is_readable_stays_as_it_is() -> None:
    assert as_text("#1f4e79", LIGHT) == "#1f4e79"
    assert as_text("#ffcc00", DARK) == "#ffcc00"
    assert as_text("#ffcc00", LIGHT) != "#ffcc00"
