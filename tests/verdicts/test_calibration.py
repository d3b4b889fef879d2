"""Whether what was said with 0.9 was right nine times in ten."""

from collections import Counter
from xml.etree import ElementTree

import pytest

from tests.verdicts.calibration import Sample, bins, calibration_error, only, states_confidence
from tests.verdicts.diagram import reliability

HONEST = Counter({Sample(0.9, True, True, True): 9, Sample(0.9, False, True, True): 1})
BOASTING = Counter({Sample(0.99, True, False, True): 1, Sample(0.99, False, False, False): 1})


def test_an_honest_rule_has_no_error() -> None:
    assert calibration_error(HONEST) == pytest.approx(0.0)
    assert calibration_error(BOASTING) == pytest.approx(0.49)


def test_the_error_is_weighted_by_samples() -> None:
    assert calibration_error(HONEST + BOASTING) == pytest.approx(0.49 * 2 / 12)


def test_bins_are_narrow_where_confidence_is_high_and_hold_certainty() -> None:
    found = bins(HONEST + BOASTING + Counter({Sample(1.0, True, True, True): 3}))
    assert [(one.low, one.high, one.samples) for one in found] == [(0.9, 0.95, 10), (0.98, 1.0, 5)]


def test_a_rule_that_is_always_certain_states_no_confidence() -> None:
    assert not states_confidence(Counter({Sample(1.0, True, True, True): 3}))
    assert states_confidence(HONEST)


def test_samples_can_be_told_apart() -> None:
    assert only(HONEST + BOASTING, named=True) == HONEST
    assert sum(only(BOASTING, settled=True).values()) == 1


def test_the_diagram_is_xml_with_a_dot_for_each_bin_and_colours_for_the_dark() -> None:
    drawn = reliability(bins(HONEST + BOASTING), "Right & sure")
    root = ElementTree.fromstring(drawn)
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 2
    assert "prefers-color-scheme: dark" in drawn
