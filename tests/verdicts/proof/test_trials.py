"""The plan of the proof."""

from collections import Counter

from coordinator.evaluation.simulator import DOUBLED, SICK
from tests.verdicts.proof.trials import DAYS_A_TRIAL, FAULTS, GROUPS, REGIMES, Trial, all_trials


def test_it_has_the_promised_size() -> None:
    wanted = {(group.part, group.fleet): group.wanted for group in GROUPS}
    assert sum(count for (part, _), count in wanted.items() if part == FAULTS) == 10_000
    assert wanted["normal", "8x2"] * DAYS_A_TRIAL >= 2_200
    for regime in ("sick", "doubled"):
        for fleet in ("8x2", "5x1"):
            assert wanted[regime, fleet] * DAYS_A_TRIAL >= 1_000


def test_no_two_trials_have_the_same_seed_or_name() -> None:
    trials = list(all_trials())
    assert len({trial.seed for trial in trials}) == len(trials)
    assert len({trial.id for trial in trials}) == len(trials)


def test_any_first_part_of_the_plan_has_its_share_of_each_group() -> None:
    trials = list(all_trials())
    tenth = Counter(trial.group for trial in trials[: len(trials) // 10])
    assert all(abs(tenth[group] - group.wanted / 10) <= 1 for group in GROUPS)


def test_a_trial_is_played_on_its_fleet_in_its_weather() -> None:
    jobs = {group: Trial(group, 0).job() for group in GROUPS}
    for group, job in jobs.items():
        assert f"{job.shape.regions}x{job.shape.workers}" == group.fleet.split()[0]
        assert job.shape.looks == ("shared" if "shared" in group.fleet else "each")
    assert {job.noise for group, job in jobs.items() if group.part == "sick"} == {SICK}
    assert {job.noise for group, job in jobs.items() if group.part == "doubled"} == {DOUBLED}
    assert {job.scenario for group, job in jobs.items() if group.part in REGIMES} == {"quiet-day"}
