"""Each baseline does what its documentation says."""

import pytest

from coordinator.evaluation.baselines import BASELINES
from tests.coordinator.evaluation.baselines.streams import (
    REGIONS,
    everywhere,
    look,
    looks,
    net,
    said,
)
from worker.contract.outcome import Blame, Reason

ALL = list(REGIONS)
WELL = ("none", [], [])
ONE = ["c1"]


def bad_in(count: int, bad: str = "..xxxxx", good: str = ".......") -> dict[str, str]:
    """So many regions fail."""
    return everywhere(good, dict.fromkeys(REGIONS[:count], bad))


def test_openstatus_opens_when_half_of_the_regions_are_in_error() -> None:
    assert said("openstatus", looks(bad_in(3)), net(2)).last == WELL
    assert said("openstatus", looks(bad_in(4)), net(2)).last == ("component", ALL[:4], ONE)


def test_openstatus_needs_one_failed_look_and_one_good_one() -> None:
    told = said("openstatus", looks(everywhere(".x.")))
    assert told.incidents[0] == "opened"
    assert told.incidents[-1] == "resolved"
    assert set(told.scopes) == {"none", "system_wide"}


def test_openstatus_counts_a_silent_regions_last_vote_for_ever() -> None:
    votes = bad_in(4, bad=".x" + " " * 60, good="." * 62)
    assert said("openstatus", looks(votes), net(2), minutes=31).last == ("component", ALL[:4], ONE)


def test_uptimepage_needs_two_in_a_row_from_more_than_half_of_the_regions() -> None:
    assert said("uptimepage", looks(everywhere(".x.x.x.x"))).scopes == ["none"]
    assert said("uptimepage", looks(bad_in(5)), net(2)).last == ("component", ALL[:5], ONE)


def test_uptimepage_shows_less_than_a_majority_as_degraded_without_an_incident() -> None:
    told = said("uptimepage", looks(bad_in(4)))
    assert told.last == ("regional", ALL[:4], ONE)
    assert told.severity == "degraded"
    assert told.incidents == []


def test_uptimepage_lets_silent_regions_leave_the_vote() -> None:
    votes = everywhere("..xxxxxxx", dict.fromkeys(REGIONS[2:], "..       "))
    assert said("uptimepage", looks(votes), net(2)).last == ("component", ALL[:2], ONE)
    assert said("uptimepage", looks(votes), net(2), minutes=10).last == WELL


def test_route53_is_healthy_while_more_than_18_percent_of_the_checkers_say_so() -> None:
    assert said("route53", looks(bad_in(6))).last == WELL
    assert said("route53", looks(bad_in(7))).last == ("system_wide", ALL[:7], ONE)


def test_route53_checkers_take_three_looks_in_both_directions() -> None:
    assert said("route53", looks(everywhere(".xx.xx.xx."))).scopes == ["none"]
    assert said("route53", looks(everywhere(".xxx"))).last[0] == "system_wide"
    assert said("route53", looks(everywhere(".xxx..x..x.."))).last[0] == "system_wide"
    assert said("route53", looks(everywhere(".xxx..."))).last == WELL


def test_route53_counts_each_worker_as_a_checker() -> None:
    failing = looks(everywhere("..xxx"))
    well = looks(dict.fromkeys(REGIONS[:3], "....."), worker="second")
    assert said("route53", failing + well[:5]).last[0] == "system_wide"
    assert said("route53", failing + well).last == WELL


def test_sentry_needs_three_in_a_row_from_regions_in_turn() -> None:
    assert said("sentry", looks(everywhere("..xx"))).last == WELL
    assert said("sentry", looks(everywhere("..xxx"))).last == ("system_wide", ALL, ONE)
    assert said("sentry", looks(everywhere("..xxx."))).last == WELL


def test_sentry_never_sees_one_region_three_times_in_a_row() -> None:
    assert said("sentry", looks(bad_in(1, "x" * 40, "." * 40))).scopes == ["none"]


def test_sentry_takes_one_look_a_slot_however_many_workers_there_are() -> None:
    votes = everywhere("..xx")
    assert said("sentry", looks(votes) + looks(votes, worker="second")).last == WELL


def test_gatus_judges_from_the_first_region_alone() -> None:
    assert said("gatus", looks(bad_in(1))).last == ("system_wide", ALL, ONE)
    assert said("gatus", looks(everywhere("..xxxxx", {"r1": "......."}))).last == WELL


def test_gatus_alerts_after_three_and_resolves_after_two() -> None:
    assert said("gatus", looks(everywhere(".xx.xx."))).last == WELL
    assert said("gatus", looks(everywhere("xxx.x."))).last[0] == "system_wide"
    assert said("gatus", looks(everywhere("xxx.."))).last == WELL


def test_llmstatus_is_down_above_half_of_five_minutes_pooled_over_all_regions() -> None:
    half = everywhere("." * 10 + ".x" * 8)
    assert said("llmstatus", looks(half), net(2)).severity == "degraded"
    more = everywhere("." * 10 + "xxx." * 4)
    told = said("llmstatus", looks(more), net(2))
    assert told.last == ("component", ALL, ONE)
    assert told.severity == "outage"


def test_llmstatus_calls_one_region_above_half_regional() -> None:
    assert said("llmstatus", looks(bad_in(1, "." * 10 + "x" * 10, "." * 20))).last == (
        "regional",
        ["r1"],
        ONE,
    )


def test_llmstatus_calls_five_percent_in_ten_minutes_elevated_without_a_place() -> None:
    told = said("llmstatus", looks(everywhere("." * 9 + "x" + "." * 9)), net(2))
    assert told.last == ("component", ALL, ONE)
    assert told.severity == "degraded"
    assert said("llmstatus", looks(bad_in(1, "." * 9 + "x" + "." * 9, "." * 19))).last == WELL


def test_llmstatus_forgets_after_ten_minutes() -> None:
    assert said("llmstatus", looks(everywhere("xxxx" + "." * 22))).last == WELL


def test_dynatrace_calls_all_locations_a_global_outage_at_once() -> None:
    assert said("dynatrace", looks(everywhere("..x")), net(2)).last == ("component", ALL, ONE)
    assert said("dynatrace", looks(bad_in(7, "..x", "...")), net(2)).last == WELL


def test_dynatrace_names_the_locations_that_fail_three_times_in_a_row() -> None:
    assert said("dynatrace", looks(bad_in(2, "..xx", "...."))).last == WELL
    assert said("dynatrace", looks(bad_in(2, "..xxx", "....."))).last == (
        "regional",
        ["r1", "r2"],
        ONE,
    )
    assert said("dynatrace", looks(bad_in(2, "..xxx.", "......"))).last == WELL


def test_oneuptime_changes_only_when_all_probes_agree() -> None:
    assert said("oneuptime", looks(bad_in(7))).last == WELL
    assert said("oneuptime", looks(everywhere("..x"))).last == ("system_wide", ALL, ONE)
    assert said("oneuptime", looks(everywhere("..x.", {"r8": "..xx"}))).last == (
        "system_wide",
        ALL,
        ONE,
    )
    assert said("oneuptime", looks(everywhere("..x."))).last == WELL


def test_oneuptime_asks_only_the_probes_that_are_connected() -> None:
    votes = everywhere("..      ", dict.fromkeys(REGIONS[:2], "..xxxxxx"))
    assert said("oneuptime", looks(votes)).last[0] == "system_wide"


def test_thousandeyes_needs_two_agents_twice_in_a_row() -> None:
    assert said("thousandeyes", looks(bad_in(1))).last == WELL
    assert said("thousandeyes", looks(bad_in(2, "..x.x", "....."))).last == WELL
    assert said("thousandeyes", looks(bad_in(2))).last == ("regional", ["r1", "r2"], ONE)
    assert said("thousandeyes", looks(everywhere("..xx"))).last[0] == "system_wide"


def test_thousandeyes_leaves_agents_with_local_problems_out() -> None:
    tests = [result for n in range(1, 6) for result in looks(bad_in(2), f"ref{n}")]
    assert said("thousandeyes", looks(bad_in(2)) + tests, net(references=5)).last == WELL
    assert said("thousandeyes", looks(bad_in(4)) + tests, net(references=5)).last == (
        "regional",
        ["r3", "r4"],
        ONE,
    )


def test_blameit_blames_the_component_that_is_bad_from_nearly_everywhere() -> None:
    found = looks(bad_in(7, "." * 10 + "x" * 10, "." * 20)) + looks(everywhere("." * 20), "c2")
    assert said("blameit", found, net(2)).last == ("component", ALL[:7], ONE)


def test_blameit_blames_the_path_when_a_region_sees_the_whole_service_fail() -> None:
    votes = bad_in(1, "." * 10 + "x" * 10, "." * 20)
    refs = looks(everywhere("." * 20), "ref1")
    found = looks(votes) + looks(votes, "c2") + refs
    assert said("blameit", found, net(2, references=1)).last == ("regional", ["r1"], ["c1", "c2"])


def test_blameit_leaves_a_client_that_sees_everything_fail_to_itself() -> None:
    votes = bad_in(1, "." * 10 + "x" * 10, "." * 20)
    found = looks(votes) + looks(votes, "c2") + looks(votes, "ref1")
    assert said("blameit", found, net(2, references=1)).last == WELL


def test_blameit_is_unsure_with_too_few_looks_or_without_an_explanation() -> None:
    assert said("blameit", looks(everywhere("......"))).scopes == ["unknown"]
    ambiguous = looks(bad_in(1, "." * 10 + "x" * 10, "." * 20)) + looks(everywhere("." * 20), "c2")
    assert said("blameit", ambiguous, net(2)).last[0] == "unknown"


@pytest.mark.parametrize("rule", BASELINES)
def test_a_look_that_was_never_made_says_nothing(rule: str) -> None:
    late = [
        look(n, r, True, reason=Reason.LATE, blame=Blame.PROBER) for n in range(12) for r in REGIONS
    ]
    assert said(rule, late).scopes in (["none"], ["unknown"], [])
