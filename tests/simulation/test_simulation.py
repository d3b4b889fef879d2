"""What is simulated holds, and the simulation sees what does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.faults import Chances, Fault, read_faults, told
from tests.simulation.mutations import MUTATIONS
from tests.simulation.shrinking import shrunk
from tests.simulation.size import Size

SMALL = ("--regions", "4", "--workers", "8", "--hours", "0.3", "--interval", "30")


def simulate(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.simulation", *SMALL, *options]
    environ = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, capture_output=True, text=True, env=environ, check=False)


@pytest.mark.slow
def test_whatever_befalls_a_small_installation_all_invariants_hold() -> None:
    found = simulate("--seed", "3", "--rate", "200")
    assert found.returncode == 0, found.stdout + found.stderr


FOUND = {
    "a leader dies just as the broker is emptied": (
        *("--beat", "15", "--seed", "2", "--hours", "0.2", "--workers", "80", "--interval", "60"),
        *("--faults", "emptied:broker@377.4+40.6,crash:c1@392.6+13.3"),
    ),
}
"""What failed once, by what it was found by."""


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_what_failed_once_holds(name: str) -> None:
    found = simulate("--no-shrink", *FOUND[name])
    assert found.returncode == 0, found.stdout + found.stderr


IN_PARTS = (
    *("--seed", "2", "--regions", "2", "--workers", "2", "--interval", "60", "--beat", "15"),
    *("--hours", "0.32", "--audit-each", "0.16", "--part-hours", "0.16", "--rate", "200"),
)


@pytest.mark.slow
def test_a_run_in_parts_goes_on_from_where_it_was_left(tmp_path: Path) -> None:
    first = simulate(*IN_PARTS, "--state", str(tmp_path), "--at-most", "1ms")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "goes on from here" in first.stdout
    then = simulate(*IN_PARTS, "--state", str(tmp_path))
    assert then.returncode == 0, then.stdout + then.stderr
    before, after = books(first.stdout), books(then.stdout)
    assert (before["simulated hours"], after["simulated hours"]) == (0.16, 0.32)
    assert after["looks due"] >= before["looks due"] + 16 * 9  # each minute, as before
    assert after["looks due"] == after["stored"] + after["declared missing"]
    again = simulate(*IN_PARTS, "--state", str(tmp_path))
    assert books(again.stdout) == after
    at_once = simulate(*IN_PARTS, "--state", str(tmp_path / "at_once"))
    assert same_run(books(at_once.stdout)) == same_run(after)
    never_off = books(simulate(*IN_PARTS).stdout)
    for row in ("looks due", "faults", "simulated hours", "unaccounted for, both, twice"):
        assert never_off[row] == after[row]
    other = simulate(*IN_PARTS, "--regions", "3", "--state", str(tmp_path))
    assert other.returncode == 2
    assert "choose another folder" in other.stderr


def books(printed: str) -> dict[str, float]:
    rows = re.findall(r"^(\w[^\n]*?)  +([\d.]+)$", printed, re.MULTILINE)
    return {name: float(value) for name, value in rows}


def same_run(told: dict[str, float]) -> dict[str, float]:
    """Without what the machine took for it: its time, and the steps of what waits for threads."""
    return {name: number for name, number in told.items() if "CPU" not in name and name != "events"}


LONG = ("claims-everywhere", "forgets-looks", "judges-less")
NAMED = [
    pytest.param(name, marks=pytest.mark.benchmark if name in LONG else ()) for name in MUTATIONS
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMED)
def test_a_mistake_in_the_product_is_found(name: str) -> None:
    mutation = MUTATIONS[name]
    hours = ("--hours", f"{mutation.hours}")
    found = simulate("--no-shrink", *hours, "--mutation", name, "--faults", mutation.faults)
    assert found.returncode == 1, found.stdout + found.stderr
    assert f": {mutation.breaks}: " in found.stdout


def test_faults_are_the_same_by_the_same_seed_and_can_be_read_as_they_are_written() -> None:
    drawn = Chances(7, Size()).between(0, 3_600)
    assert drawn == Chances(7, Size()).between(0, 3_600)
    assert len(drawn) == 600 + 60
    assert read_faults(told(drawn)) == drawn
    with pytest.raises(ValueError, match="'nonsense' is no fault"):
        read_faults("nonsense")


def test_what_is_shrunk_still_breaks_and_nothing_of_it_can_be_left_out() -> None:
    faults = [Fault(float(n), "crash", f"r{n:02}", 1.0) for n in range(40)]
    needed = {faults[3], faults[17], faults[31]}
    said: list[str] = []
    found = shrunk(faults, lambda some: needed <= set(some), said.append)
    assert set(found) == needed
    assert said
