"""Outcomes are kept, and those of another judge are not read."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.verdicts.calibration import Sample
from tests.verdicts.proof import kept
from tests.verdicts.proof.handmade import outcome
from tests.verdicts.proof.kept import Kept, key


def test_what_was_written_is_read_again_by_the_next(tmp_path: Path) -> None:
    one = outcome(samples_json='[[0.9, true, true, false, "regional", 7]]')
    Kept(tmp_path).write([one])
    assert Kept(tmp_path).read() == [one]
    assert one.samples == {Sample(0.9, True, True, False, "regional"): 7}


def test_a_trial_that_was_kept_twice_counts_once(tmp_path: Path) -> None:
    one, other = outcome(), outcome(id="faults 8x2 1")
    Kept(tmp_path).write([one])
    Kept(tmp_path).write([one, other])
    assert sorted(found.id for found in Kept(tmp_path).read()) == [one.id, other.id]


def test_a_file_that_was_not_finished_is_no_file(tmp_path: Path) -> None:
    Kept(tmp_path).write([outcome()])
    (tmp_path / key() / "torn.half").write_bytes(b"PAR1")
    assert len(Kept(tmp_path).read()) == 1


def test_many_small_files_become_one(tmp_path: Path) -> None:
    many = [outcome(id=f"faults 8x2 {n}") for n in range(50)]
    for one in many:
        Kept(tmp_path).write([one])
    assert len(Kept(tmp_path).read()) == 50
    assert len(list((tmp_path / key()).glob("*.parquet"))) == 1
    assert len(Kept(tmp_path).read()) == 50


def test_nothing_is_read_that_another_judge_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Kept(tmp_path).write([outcome()])
    judge = tmp_path / "coordinator" / "domain"
    judge.mkdir(parents=True)
    (judge / "engine.py").write_text("better = True\n")
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    monkeypatch.setattr(kept, "DECIDES", ("coordinator/domain",))
    first = key()
    assert Kept(tmp_path).read() == []
    Kept(tmp_path).write([replace(outcome(), false_wide=1)])
    (judge / "engine.py").write_text("better = False\n")
    assert key() != first
    assert Kept(tmp_path).read() == []


def test_everything_that_decides_is_there() -> None:
    assert all((kept.ROOT / name).exists() for name in kept.DECIDES)
