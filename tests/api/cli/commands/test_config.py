"""`outscope config` and `outscope apply`, as people and editors call them."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app

GOOD = """\
regions:
  - {id: eu-west, name: Ireland, country: IE, continent: EU, latitude: 53.3, longitude: -6.3}
services:
  - id: shop
    components:
      - id: web
        checks:
          - {id: shop-web, kind: http, url: "http://shop.example", interval: 30s, timeout: 5s}
"""


def outscope(*arguments: object) -> Result:
    """Runs a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A configuration without mistakes."""
    path = tmp_path / "outscope.yaml"
    path.write_text(GOOD)
    return path


def test_check_says_what_a_valid_file_holds(good: Path) -> None:
    said = outscope("config", "check", good)
    assert said.exit_code == 0
    assert "is valid: 1 service, 1 check, 1 region, 0.033 looks a second" in said.stdout


def test_check_lists_every_mistake_and_fails(good: Path) -> None:
    good.write_text(
        GOOD.replace("kind: http", "kind: htp").replace("interval: 30s", "interval: 30")
    )
    said = outscope("config", "check", good)
    assert said.exit_code == 1
    assert (
        f"{good}:8:28: services[0].components[0].checks[0].kind: 'htp' is not a kind" in said.stderr
    )
    assert "2 mistakes" in said.stderr
    assert "nothing was changed" in said.stderr


def test_an_expression_that_needs_trying_again_is_refused_with_what_to_write(good: Path) -> None:
    good.write_text(GOOD.replace("timeout: 5s", "timeout: 5s, expect: {body_regex: 'ok(?!, not)'}"))
    said = outscope("config", "check", good)
    assert said.exit_code == 1
    assert "checks[0].expect.body_regex: 'ok(?!, not)' is not a regular expression" in said.stderr
    assert f"{good}:8:" in said.stderr
    assert "it looks around; write that as part of the expression" in said.stderr


def test_schema_is_json_and_knows_the_kinds() -> None:
    said = outscope("config", "schema")
    assert said.exit_code == 0
    assert {"dns-check", "http-check", "tcp-check", "tls-check"} <= set(
        json.loads(said.stdout)["$defs"]
    )


def test_apply_says_what_changes_and_a_second_time_nothing(good: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    first = outscope("apply", good, *data)
    assert first.exit_code == 0, first.output
    assert "+ region eu-west" in first.stdout
    assert "+ check shop-web" in first.stdout
    assert first.stdout.endswith("Applied.\n")
    assert outscope("apply", good, *data).stdout == "Nothing to change.\n"


def test_a_dry_run_tells_and_changes_nothing(good: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    outscope("apply", good, *data)
    good.write_text(GOOD.replace("interval: 30s", "interval: 1m"))
    dry = outscope("apply", good, "--dry-run", *data)
    assert dry.exit_code == 0
    assert (
        "~ check shop-web\n    interval: 30s -> 60s\nNothing was changed (--dry-run).\n"
        in dry.stdout
    )
    assert outscope("apply", good, *data).stdout.endswith("Applied.\n")


def test_a_dry_run_before_the_first_apply_makes_no_database(good: Path, tmp_path: Path) -> None:
    assert outscope("apply", good, "--dry-run", "--data", tmp_path / "data").exit_code == 0
    assert not (tmp_path / "data").exists()


def test_a_mistake_applies_nothing(good: Path, tmp_path: Path) -> None:
    good.write_text(GOOD + "jugde: {}\n")
    said = outscope("apply", good, "--data", tmp_path / "data")
    assert said.exit_code == 1
    assert "jugde: is not a known key; did you mean `judge`?" in said.stderr
    assert not (tmp_path / "data").exists()


def test_a_database_that_cannot_be_used_is_told_in_a_sentence(good: Path) -> None:
    said = outscope("apply", good, "--database", "mongo://secret:pw@h/x")
    assert said.exit_code == 1
    assert "database" in said.stderr
    assert "pw" not in said.output
