"""A play before rules, and the plan of all plays."""

from dataclasses import replace

import pytest

from coordinator.evaluation.names import OUTSCOPE
from coordinator.evaluation.simulator import Shape
from tests.verdicts.options import parser
from tests.verdicts.page import page
from tests.verdicts.plan import TRIALS, Wanted, parts
from tests.verdicts.run import Job, facts_of, run, run_one
from tests.verdicts.terminal import rows, wrong

SMALL = Shape(3, 1, components=2, others=(1,))
JOB = Job("service-100", 1, ("gatus", "dynatrace"), SMALL)


def test_each_rule_is_scored_on_the_same_results_and_again_the_same() -> None:
    first, again = run_one(JOB), run_one(JOB)
    assert [one.rule for one in first] == ["gatus", "dynatrace"]
    assert [one.score for one in first] == [one.score for one in again]
    assert {one.cost.results for one in first} == {again[0].cost.results}
    assert all(one.score.cases[0].detected for one in first)


def test_our_judge_may_ask_for_looks_of_its_own() -> None:
    (found,) = run_one(replace(JOB, confirm=True))
    assert found.rule == OUTSCOPE
    assert found.cost.asked > 0
    assert found.score.cases[0].detected


def test_a_play_that_is_cut_short_has_the_truth_of_what_was_played() -> None:
    play = replace(JOB, at_most_ms=30 * 60_000).play()
    assert play.until - play.since == 30 * 60_000
    assert facts_of(play).truths[-1].until == play.until


def test_the_terminal_lists_what_went_wrong() -> None:
    found = [one for scored in run([replace(JOB, scenario="key-revoked")], 1) for one in scored]
    assert len(list(rows(found))) == 5
    assert any("WRONG: system_wide" in line for line in wrong(found))


def test_the_plan_uses_other_seeds_for_other_parts() -> None:
    wanted = Wanted((1000, 1001), trials=2 * len(TRIALS))
    found = parts(wanted)
    assert {job.seed for job in found["main"]} == {1000, 1001}
    assert min(job.seed for job in found["timed"]) == 1002
    assert {job.scenario for job in found["trials"]} == set(TRIALS)
    assert len({job.seed for job in found["quiet"]}) == len(found["quiet"]), (
        "every half day is another"
    )
    assert {job.rules for job in found["timed"]} == {(OUTSCOPE,)}
    assert "records" not in found


def test_the_page_has_every_rule_and_the_same_text_again() -> None:
    wanted = Wanted((1,), scenarios=("service-100",))
    found = run_one(replace(JOB, rules=(OUTSCOPE, "gatus")))
    text = page({"main": found}, wanted, "make verdicts")
    assert text == page({"main": found}, wanted, "make verdicts")
    assert "| gatus |" in text
    assert "No folder with records" in text


def test_options_name_scenarios_by_their_beginning_and_seeds_as_a_span() -> None:
    options = parser().parse_args(
        ["--scenarios", "component-1,blip", "--seeds", "3-5,9", "--rules", "gatus"]
    )
    assert options.scenarios == ("component-100", "component-10", "blip-30s")
    assert options.seeds == (3, 4, 5, 9)


@pytest.mark.parametrize(
    "wrong_options", [["--rules", "coin"], ["--scenarios", "luck"], ["--seeds", "x"]]
)
def test_what_does_not_exist_is_refused(
    wrong_options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(wrong_options)
    assert "error" in capsys.readouterr().err
