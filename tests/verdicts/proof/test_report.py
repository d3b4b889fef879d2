"""Outcomes become tables, and the tables a section of the page."""

from tests.verdicts.proof.handmade import outcome
from tests.verdicts.proof.pace import pace
from tests.verdicts.proof.page import BEFORE, into, section_of
from tests.verdicts.proof.report import report

FOUND = [
    outcome(),
    outcome(id="faults 8x2 1", seed=2_000_001, false_incidents=3, false_wide=1),
    outcome(id="normal 8x2 0", part="normal", seed=2_600_000, target_days=365.0),
    outcome(
        id="plays 5x1 0",
        part="plays",
        fleet="5x1",
        scenario="service-100",
        cases=1,
        found=1,
        right_at_3=1,
        samples_json='[[0.9, true, true, true, "system_wide", 90],'
        ' [0.9, false, true, true, "system_wide", 10]]',
    ),
]
TEXT = "\n".join(report(FOUND, "rules-2-abc"))


def test_shares_and_counts_come_with_what_they_leave_open() -> None:
    assert "4 trials of 14," in TEXT
    assert "| 8x2 | 2 of 5,000 | 50.0 (9.5 to 90.5) |" in TEXT
    assert "| normal | 8x2 | 365 | 0 | 0.00 (0.00 to 3.69) |" in TEXT


def test_confidence_is_told_for_each_fleet_and_scope() -> None:
    assert "| 5x1 | system_wide | 100 | 0.000 |" in TEXT
    assert "| 5x1 | system_wide | 0.9 to 0.95 | 100 | 0.900 | 0.900 |" in TEXT


def test_the_seeds_are_named() -> None:
    assert "| faults | 8x2 | 2,000,000 to 2,000,001 | 2,000,000 to 2,004,999 |" in TEXT


def test_nothing_yet_is_told_as_well() -> None:
    assert "0 trials of" in "\n".join(report([], "rules-2-abc"))


def test_the_terminal_learns_what_is_left() -> None:
    lines = list(pace(FOUND, 2))
    assert lines[-1].startswith("The rest takes ")


def test_the_page_has_the_section_once_however_often_it_is_written() -> None:
    page = f"# Verdicts\n\nwords\n\n{BEFORE}\n\nmore\n"
    once = into(page, "tables")
    assert into(once, "tables") == once
    assert into(once, "other").count("## The promised size") == 1
    assert "tables" not in into(once, "other")
    assert section_of(page) == ""
    assert section_of(once).rstrip().endswith("tables")
