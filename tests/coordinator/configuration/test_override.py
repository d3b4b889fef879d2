"""Thresholds given one by one are checked as those of the file are."""

from dataclasses import fields, replace

import pytest

from coordinator.configuration.judge import written_name
from coordinator.configuration.override import overridden
from coordinator.domain.model.rules import Rules

RULES = replace(Rules(), future_ms=5_000)


def test_settings_replace_thresholds_and_leave_the_others() -> None:
    found = overridden(RULES, ["judge.silent_after=2m", " judge.nearly_all = 0.9"])
    assert found == replace(RULES, silent_after_ms=120_000, nearly_all=0.9)
    assert overridden(RULES, []) == RULES


def test_the_last_setting_of_a_threshold_counts() -> None:
    assert overridden(RULES, ["judge.nearly_all=0.7", "judge.nearly_all=0.9"]).nearly_all == 0.9


def test_every_threshold_can_be_set_to_what_it_is() -> None:
    for field in fields(Rules):
        value = getattr(RULES, field.name)
        value = list(value) if isinstance(value, tuple) else value
        text = f"{value}ms" if field.name.endswith("_ms") and isinstance(value, int) else str(value)
        assert overridden(RULES, [f"judge.{written_name(field.name)}={text}"]) == RULES


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "judge.nearly_al=0.9",
            "judge.nearly_al is no threshold of the judge; did you mean judge.nearly_all?",
        ),
        ("judge.zzz=1", r"judge.zzz is no threshold of the judge$"),
        ("judge.nearly_all=1.5", "judge.nearly_all: Input should be less than or equal to 1"),
        ("judge.nearly_all=much", "judge.nearly_all: Input should be a valid number"),
        ("judge.silent_after=soon", "judge.silent_after: "),
        ("judge.nearly_all=[", "judge.nearly_all: '\\[' is no value"),
        ("nearly_all=0.9", "'nearly_all=0.9' is not of the form judge.THRESHOLD=VALUE"),
        ("judge.nearly_all", "is not of the form"),
    ],
)
def test_a_setting_that_is_wrong_is_named(setting: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        overridden(RULES, [setting])
