"""How a rule did on one disruption."""

from typing import Any

import pytest

from tests.verdicts.case import Case, case_of
from tests.verdicts.course import courses
from tests.verdicts.handmade import incident, truth, verdict
from tests.verdicts.story import told

TRUTH = truth(600, 1800, "regional", "r1 r2", "api web")


def case(*records: dict[str, Any], truths: tuple[Any, ...] = (TRUTH,)) -> Case:
    return case_of(courses(truths)["aster"], told(records))


def test_one_found_at_once_is_right_at_every_moment() -> None:
    one = case(
        verdict(0, "none"),
        verdict(640, "regional", "r1 r2", "web api"),
        incident(650, "opened", "r1 r2", "api web", after=590, by=605),
    )
    assert (one.detected, one.right_at_alarm, one.right_at_3, one.scope_at_3, one.right_at_end) == (
        True,
    ) * 5
    assert (one.found_after_s, one.right_after_s, one.scope_after_s) == (40, 40, 40)
    assert (one.start_error_s, one.start_within) == (5, True)
    assert (one.f1_regions, one.f1_components, one.incidents) == (1, 1, 1)


def test_the_severity_is_held_against_the_truth_whatever_the_reach() -> None:
    one = case(
        verdict(640, "regional", "r1", "api web", severity="degraded"),
        verdict(900, "regional", "r1", "api web", severity="outage"),
    )
    assert (one.severity_at_3, one.severity_at_end) == (False, True)
    faint = truth(600, 1800, "regional", "r1 r2", "api web", share=0.3)
    two = case(verdict(640, "regional", "r1", "api web", severity="degraded"), truths=(faint,))
    assert (two.severity_at_3, two.severity_at_end) == (True, True)
    silent = case(verdict(640, "unknown", severity="outage"))
    assert not silent.severity_at_3


def test_one_found_in_part_at_first_is_right_later() -> None:
    one = case(
        verdict(0, "none"),
        verdict(640, "regional", "r1", "api web"),
        verdict(900, "regional", "r1 r2", "api web"),
    )
    assert (one.right_at_alarm, one.right_at_3, one.scope_at_3, one.right_at_end) == (
        False,
        False,
        True,
        True,
    )
    assert (one.found_after_s, one.scope_after_s, one.right_after_s) == (40, 40, 300)
    assert one.f1_regions == pytest.approx(2 / 3)
    assert one.f1_components == 1


def test_one_never_found_has_no_times() -> None:
    one = case(verdict(0, "none"))
    assert not one.detected
    assert (one.found_after_s, one.right_after_s, one.start_error_s, one.start_within) == (
        None,
    ) * 4
    assert (one.f1_regions, one.incidents) == (0, 0)


def test_one_found_just_after_its_end_is_found_but_never_right() -> None:
    one = case(verdict(0, "none"), verdict(1900, "regional", "r1 r2", "api web"))
    assert one.detected
    assert one.right_after_s is None
    assert not case(verdict(0, "none"), verdict(1921, "regional", "r1 r2", "api web")).detected


def test_unknown_is_no_alarm_but_its_time_is_counted() -> None:
    one = case(verdict(0, "none"), verdict(700, "unknown"), verdict(1000, "none"))
    assert not one.detected
    assert (one.unknown_s, one.lasts_s) == (300, 1200)


def test_the_alarm_is_the_opening_of_the_incident() -> None:
    one = case(
        verdict(0, "none"),
        verdict(620, "regional", "r1", "api"),
        verdict(680, "regional", "r1 r2", "api web"),
        incident(680, "opened", "r1 r2", "api web"),
    )
    assert one.right_at_alarm
    assert one.found_after_s == 20


def test_it_is_clear_when_all_is_said_to_be_well_after_its_end() -> None:
    found, still = verdict(640, "regional", "r1 r2", "api web"), verdict(1810, "unknown")
    assert case(found, verdict(1860, "none")).clear_after_s == 60
    assert case(found, verdict(1500, "none")).clear_after_s == 0
    assert case(found, still).clear_after_s is None


def test_a_start_that_was_stated_too_late_is_not_within() -> None:
    one = case(verdict(0, "none"), incident(700, "opened", "r1", "api", after=610, by=640))
    assert (one.start_error_s, one.start_within) == (40, False)


def test_a_disruption_that_spreads_is_judged_by_what_is_true_then() -> None:
    spread = (
        truth(600, 720, "regional", "r1", "api"),
        truth(720, 1800, "regional", "r1 r2", "api"),
    )
    one = case(verdict(0, "none"), verdict(660, "regional", "r1", "api"), truths=spread)
    assert one.right_at_3, "it became another only a minute ago"
    assert not one.right_at_end
    late = case(verdict(0, "none"), verdict(660, "regional", "r1 r2", "api"), truths=spread)
    assert late.right_after_s == 120, "it was said before it was true"


def test_two_disruptions_of_one_service_want_two_incidents() -> None:
    twofold = (
        truth(600, 1800, "component", "r1 r2 r3", "api"),
        truth(700, 1800, "regional", "r1", "api web"),
    )
    first = incident(650, "opened", "r1 r2 r3", "api", scope="component")
    second = incident(750, "opened", "r1", "web", name="two")
    assert case(first, truths=twofold).both is False
    assert case(first, second, truths=twofold).both is True
    assert case(first).both is None
