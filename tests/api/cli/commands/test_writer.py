"""`outscope writer`, as far as it tells at once that it cannot run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app

BROKER = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"OUTSCOPE_WRITERS": "elsewhere"}, "OUTSCOPE_WRITERS=elsewhere needs PostgreSQL"),
        ({"OUTSCOPE_INTAKE": "elsewhere"}, "OUTSCOPE_INTAKE is called OUTSCOPE_WRITERS now"),
    ],
)
def test_it_says_what_is_to_be_set(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    told = ["writer", "--broker", BROKER, "--data", str(tmp_path)]
    done = CliRunner().invoke(app, told, env=environment)
    assert done.exit_code == 2
    assert sentence in done.stderr
