"""What is missing is run, once, and a kill loses next to nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.verdicts.proof.kept import Kept
from tests.verdicts.proof.running import run_missing
from tests.verdicts.proof.trials import FAULTS, Trial, all_trials

FEW = [trial for trial in all_trials() if trial.group.part == FAULTS and trial.number < 1]
PATIENCE_S = 300.0


def nobody(_: int) -> None:
    return None


@pytest.mark.slow
def test_each_trial_is_run_once_and_the_next_run_finds_it(tmp_path: Path) -> None:
    first = run_missing(FEW, Kept(tmp_path), 2, None, nobody)
    assert {one.id for one in first} == {trial.id for trial in FEW}
    assert all(one.results > 0 for one in first)
    told: list[int] = []
    again = run_missing(FEW, Kept(tmp_path), 2, None, told.append)
    assert sorted(again, key=_id) == sorted(first, key=_id)
    assert told == [], "nothing was run"


def test_when_the_time_is_up_nothing_is_begun(tmp_path: Path) -> None:
    assert run_missing(FEW, Kept(tmp_path), 1, time.monotonic() - 1, nobody) == []


@pytest.mark.slow
def test_what_was_kept_before_a_kill_is_not_run_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.verdicts.proof", "--jobs", "1", "--kept", tmp_path]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    patience = time.monotonic() + PATIENCE_S
    while not (before := Kept(tmp_path).read()) and time.monotonic() < patience:
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait(PATIENCE_S)
    trials = [trial for trial in all_trials() if trial.id == before[0].id] + FEW
    again = run_missing(trials, Kept(tmp_path), 1, None, nobody)
    assert before[0] in again
    assert {trial.id for trial in FEW} <= {one.id for one in again}


def _id(one: object) -> str:
    return str(getattr(one, "id", ""))


def test_trials_are_named_by_part_fleet_and_number() -> None:
    assert Trial(FEW[0].group, 7).id == f"{FEW[0].group.part} {FEW[0].group.fleet} 7"
