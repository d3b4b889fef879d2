"""No kind can be made that does not say whom it asks."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from worker.contract.kind import CheckParams, Kind, Params
from worker.contract.outcome import Outcome, success
from worker.contract.target import Target

ROOT = Path(__file__).parents[3]
WITHOUT = """\
from typing import Any
from worker.contract.kind import CheckParams, Kind, Params
from worker.contract.outcome import Outcome, success
from worker.contract.target import Target

class Silent(CheckParams):
    peer: str

class Part(Params):
    peer: str

class Whole(Silent):
    def targets(self) -> tuple[Target, ...]:
        return (Target("toy", self.peer),)

async def run(_params: Any, _look: Any) -> Outcome:
    return success()

whole = Kind("toy", Whole, run)
silent = Kind("toy", Silent, run)
part = Kind("toy", Part, run)
"""


class Silent(CheckParams):
    """Parameters that do not say whom they ask."""

    peer: str


class Part(Params):
    """Parameters that are no check's, though they say something."""

    peer: str

    def targets(self) -> tuple[Target, ...]:
        return (Target("toy", self.peer),)


async def run(_params: Any, _look: Any) -> Outcome:
    return success()


@pytest.mark.parametrize("params", [Silent, Part])
def test_a_kind_that_does_not_say_whom_it_asks_cannot_be_made(params: Any) -> None:
    with pytest.raises(TypeError, match="'toy' does not say whom it asks"):
        Kind("toy", params, run)


@pytest.mark.slow
def test_nor_does_it_pass_the_type_checker(tmp_path: Path) -> None:
    source = tmp_path / "toy.py"
    source.write_text(WITHOUT)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    cache = ["--cache-dir", str(tmp_path / "cache")]
    said = subprocess.run(
        [*command, *cache, str(source)], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    wrong = [line.split(":")[1] for line in said.splitlines() if ": error:" in line]
    lines = WITHOUT.splitlines()
    assert [lines[int(number) - 1].partition(" ")[0] for number in wrong] == ["silent", "part"], (
        said
    )


def test_addresses_mean_no_check_of_a_kind_that_takes_none() -> None:
    assert CheckParams.schemes == ()
    with pytest.raises(ValueError, match="cannot be written as an address"):
        CheckParams.from_url("https://a.example")
