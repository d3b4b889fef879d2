"""`outscope maintenance`, as an operator calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app

pytestmark = pytest.mark.slow


@pytest.fixture
def maintenance(tmp_path: Path) -> Callable[..., Result]:
    """Runs the command on a database of this test's own."""

    def run(*arguments: str) -> Result:
        env = {"OUTSCOPE_DATABASE": f"sqlite://{tmp_path}/store.db", "COLUMNS": "200"}
        return CliRunner().invoke(app, ["maintenance", *arguments], env=env)

    return run


def test_a_window_is_announced_listed_and_cancelled(maintenance: Callable[..., Result]) -> None:
    assert "Nothing is announced." in maintenance("list").output
    added = maintenance("add", "deploy", "--from", "2026-01-01T02:00", "--for", "2h", "--repeat",
                        "FREQ=DAILY", "--zone", "Europe/Berlin")  # fmt: skip
    assert added.exit_code == 0, added.output
    assert added.output.startswith("deploy comes from ")
    found = json.loads(maintenance("list", "--json").output)
    assert {one["window"] for one in found} == {"deploy"}
    assert len(found) in (31, 32)
    again = maintenance("add", "deploy", "--from", "2099-01-01T02:00", "--for", "2h")
    assert (again.exit_code, "announced already" in again.output) == (2, True)
    assert maintenance("cancel", "deploy").exit_code == 0
    assert maintenance("cancel", "deploy").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "tomorrow", "--for", "2h"), "is not a time"),
        (("--from", "2099-01-01T02:00"), "either `until` or `for`"),
        (("--from", "2020-01-01T02:00", "--for", "2h"), "is over already"),
        (
            ("--from", "2099-01-01T02:00", "--for", "2h", "--service", "x"),
            "not one of the services",
        ),
        (("--from", "2099-01-01T02:00", "--for", "2h", "--repeat", "FREQ=X"), "needs FREQ"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    maintenance: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    found = maintenance("add", "w", *arguments)
    assert found.exit_code == 2, found.output
    assert said in found.output
