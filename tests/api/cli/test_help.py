"""What `--help` shows."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_paragraph_of_help_fills_the_terminal_whatever_the_docstring_does(name: str) -> None:
    command = get_command(app).get_command(None, name)  # type: ignore[attr-defined]
    assert command.help
    assert all("\n" not in paragraph for paragraph in command.help.split("\n\n"))


def test_the_help_of_a_command_is_read_in_whole_lines() -> None:
    told = CliRunner().invoke(app, ["simulate", "--help"], env={"COLUMNS": "80"}).output
    assert "With      \n --records, SCENARIO may be" in told
