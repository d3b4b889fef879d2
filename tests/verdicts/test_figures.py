"""Scores become figures, figures become columns, and where another rule leads is computed."""

from math import inf, isnan

import pytest

from coordinator.evaluation.simulator import Family
from tests.verdicts.columns import RIGHT, TIMES, leads
from tests.verdicts.figures import Part, figures
from tests.verdicts.handmade import facts, incident, truth, verdict
from tests.verdicts.run import Cost, Scored
from tests.verdicts.score import score
from tests.verdicts.table import part, percent, seconds, table

TRUTH = truth(600, 1200, "regional", "r1", "api")
FAINT = truth(600, 1200, "regional", "r1", "api", share=0.05)
COST = Cost(1.0, 1000, 10, 60.0)
FOUND = [
    verdict(0, "none"),
    verdict(660, "regional", "r1", "api"),
    incident(660, "opened", "r1", "api", 590, 610),
]
MISSED = [verdict(0, "none")]
GOOD = Scored("good", score(facts(TRUTH), FOUND), COST)
BAD = Scored("bad", score(facts(TRUTH), MISSED), COST)


def test_shares_are_over_disruptions_and_times_hold_never() -> None:
    both = figures([GOOD, BAD])
    assert (both.runs, both.cases) == (2, 2)
    assert both.found == Part(2, 1)
    assert both.right_at_3.share == both.f1_regions == 0.5
    assert both.right_s == (inf, inf)
    assert both.never_right == Part(2, 1)
    assert both.start_error_s == 10


def test_only_what_fails_for_a_tenth_counts_as_strong() -> None:
    assert figures([GOOD, Scored("good", score(facts(FAINT), MISSED), COST)]).strong_at_3 == Part(
        1, 1
    )


def test_what_nobody_can_know_counts_apart() -> None:
    unknown = facts(truth(600, 1200, "unknown", "r1", "api"), family=Family.OURS)
    found = figures([Scored("good", score(unknown, FOUND), COST)])
    assert found.cases == 0
    assert found.unknowable_at_3 == Part(1, 0)
    assert found.false_in_ours == Part(1, 1)


def test_target_days_count_each_service() -> None:
    assert figures([GOOD]).target_days == pytest.approx(2 / 24)


def test_without_anything_to_count_there_is_no_figure() -> None:
    assert isnan(figures([]).found.share)
    assert percent(figures([]).found.share) == seconds(figures([]).right_s[0]) == "–"  # noqa: RUF001


def test_where_another_rule_leads_is_told_and_only_there() -> None:
    all_figures = {"good": figures([GOOD]), "bad": figures([BAD])}
    assert list(leads(all_figures, "good", (*RIGHT, *TIMES))) == []
    led = list(leads(all_figures, "bad", (*RIGHT, *TIMES)))
    assert "disruptions found (%): good 100; bad 0" in led
    assert "median time to a right verdict (s): good 60; bad never" in led


def test_a_hundred_percent_means_all() -> None:
    assert percent(0.999) == "99"
    assert percent(0.07) == "7"
    assert part(Part(3, 2)) == "66 % (2 of 3)"


def test_a_table_is_markdown() -> None:
    assert list(table(["a", "b"], [["x", "1"]])) == ["| a | b |", "| --- | --: |", "| x | 1 |", ""]
