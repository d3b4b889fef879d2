"""`outscope compare`: rules side by side on the same results."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from tests.api.cli.commands.test_replay import CONFIGURATION, records


def compared(folder: Path, *options: str, lines: list[str] | None = None) -> Result:
    """Compares on an outage from the tenth slot on."""
    (folder / "outscope.yaml").write_text(CONFIGURATION)
    (folder / "results.ndjson").write_text("\n".join(records() if lines is None else lines))
    command = [
        "compare",
        str(folder / "results.ndjson"),
        "--config",
        str(folder / "outscope.yaml"),
        *options,
    ]
    return CliRunner().invoke(app, command, env={"COLUMNS": "200"})


RULES = ("--rule", "openstatus", "--rule", "gatus", "--rule", "blameit")


def test_json_lines_tell_each_difference_and_each_rule(tmp_path: Path) -> None:
    said = compared(tmp_path, *RULES, "--format", "json")
    assert said.exit_code == 0, said.output
    found: list[dict[str, Any]] = [json.loads(line) for line in said.stdout.splitlines()]
    differences = [record for record in found if record["type"] == "difference"]
    assert {record["service"] for record in differences} == {"claude"}
    assert all(record["from"] < record["to"] for record in differences)
    assert any(
        (record["says"]["openstatus"]["scope"], record["says"]["gatus"]["scope"])
        == ("system_wide", "none")
        for record in differences
    )
    assert [record["rule"] for record in found if record["type"] == "summary"] == [
        "openstatus",
        "gatus",
        "blameit",
    ]
    assert found[-3]["agreement"] == 1.0 > found[-2]["agreement"] > 0.5


def test_the_table_shows_who_says_what_from_when_to_when(tmp_path: Path) -> None:
    said = compared(tmp_path, *RULES)
    assert said.exit_code == 0, said.output
    assert "system_wide in us-east, eu-west, ap-northeast: api" in said.stdout
    assert "as the first" in said.stdout


def test_rules_that_agree_all_the_time_are_said_to(tmp_path: Path) -> None:
    said = compared(
        tmp_path, "--rule", "openstatus", "--rule", "gatus", lines=records(down_from=99)
    )
    assert "say the same all the time" in said.stdout


def test_ours_takes_settings_and_the_others_do_not_mind(tmp_path: Path) -> None:
    said = compared(
        tmp_path, "--rule", "outscope", "--rule", "gatus", "--set", "judge.silent_after=5m"
    )
    assert said.exit_code == 0, said.output
    said = compared(
        tmp_path, "--rule", "outscope", "--rule", "gatus", "--set", "judge.silence_after=5m"
    )
    assert (said.exit_code, "silent_after" in said.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--rule", "gatus"], "at least two"),
        (["--rule", "gatus", "--rule", "gatus"], "at least two"),
        (["--rule", "gatus", "--rule", "opnstatus"], "did you mean openstatus?"),
    ],
)
def test_two_different_rules_that_exist_are_needed(
    tmp_path: Path, options: list[str], told: str
) -> None:
    said = compared(tmp_path, *options)
    assert (said.exit_code, told in said.stderr) == (2, True), said.output


def test_bad_lines_are_told_and_skipped(tmp_path: Path) -> None:
    said = compared(tmp_path, *RULES, lines=["{", *records()])
    assert (said.exit_code, "results.ndjson:1: " in said.stderr) == (1, True)
    assert "as the first" in said.stdout
