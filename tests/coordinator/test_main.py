"""`python -m coordinator`: what it is told that it does not do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def refused(*role: str, **environment: str) -> str:
    """What it prints when it ends at once with the code for a wrong use."""
    done = subprocess.run(
        [sys.executable, "-m", "coordinator", *role],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    return done.stderr


def test_the_word_that_writers_had_before_is_refused_by_a_sentence_that_names_the_new() -> None:
    assert refused("intake") == (
        "coordinator: 'intake' is called writer now; start: python -m coordinator writer\n"
    )


@pytest.mark.parametrize("role", [(), ("writer",)])
def test_the_variable_that_writers_had_before_is_refused_by_name(role: tuple[str, ...]) -> None:
    assert refused(*role, OUTSCOPE_INTAKE="elsewhere") == (
        "coordinator: OUTSCOPE_INTAKE is called OUTSCOPE_WRITERS now; set that one instead\n"
    )


def test_a_writer_beside_a_coordinator_that_stores_is_refused(tmp_path: Path) -> None:
    said = refused(
        "writer",
        OUTSCOPE_BROKER="redis://127.0.0.1:1/0",
        OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/store.db",
    )
    assert "set OUTSCOPE_WRITERS=elsewhere, for the coordinator too" in said
