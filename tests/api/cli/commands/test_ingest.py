"""`outscope ingest errors`, on a real store."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from coordinator.store import DeadLetter, open_store

DEAD_LETTERS = [
    DeadLetter(
        "eu-west",
        "outscope.report",
        "malformed_report",
        "eu-west: no JSON",
        b"\xff nonsense",
        1_772_000_000_000,
    ),
    DeadLetter(
        "us-east", "", "unstorable", "us-east/w1: too large", b"Result(...)", 1_772_000_001_000
    ),
]


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite://{tmp_path}/store.db"

    async def fill() -> None:
        async with open_store(address) as store:
            await store.dead_letters.add(DEAD_LETTERS)

    asyncio.run(fill())
    return address


def errors(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ingest", "errors", *arguments])


def test_they_are_listed_with_reason_and_place(url: str) -> None:
    told = errors("list", "--database", url)
    assert told.exit_code == 0
    assert "malformed_report" in told.stdout
    assert "us-east/w1: too large" in told.stdout
    listed = json.loads(errors("list", "--json", "--database", url).stdout)
    assert [one["id"] for one in listed] == [DEAD_LETTERS[1].id, DEAD_LETTERS[0].id]


def test_one_is_shown_byte_for_byte(url: str) -> None:
    told = errors("show", DEAD_LETTERS[0].id, "--database", url)
    assert told.stdout_bytes == DEAD_LETTERS[0].body + b"\n"
    assert "malformed_report from eu-west, 1 times" in told.stderr
    missing = errors("show", "nobody", "--database", url)
    assert (missing.exit_code, "nobody" in missing.stderr) == (1, True)


def test_a_retry_says_which_can_be_read_again(url: str) -> None:
    told = errors("retry", "--all", "--database", url)
    assert told.exit_code == 1
    assert "1 of 2" in told.stdout
    assert DEAD_LETTERS[1].id in told.stderr
    assert "to be read again" in errors("list", "--database", url).stdout


def test_what_is_discarded_is_gone(url: str) -> None:
    assert errors("discard", DEAD_LETTERS[0].id, "--database", url).exit_code == 0
    assert errors("discard", DEAD_LETTERS[0].id, "--database", url).exit_code == 1
    assert errors("discard", "--all", "--database", url).exit_code == 0
    assert "Nothing was set aside" in errors("list", "--database", url).stdout


@pytest.mark.parametrize("command", ["retry", "discard"])
def test_nothing_happens_without_saying_to_what(url: str, command: str) -> None:
    assert errors(command, "--database", url).exit_code == 2
    assert errors(command, "--all", "x", "--database", url).exit_code == 2


@pytest.mark.parametrize("arguments", [[], ["--broker", "redis://127.0.0.1:1/0"]])
def test_the_name_that_the_writer_had_before_is_refused_by_a_sentence_that_names_the_new(
    arguments: list[str],
) -> None:
    done = CliRunner().invoke(app, ["ingest", "run", *arguments])
    assert done.exit_code == 2
    assert done.stderr == "outscope ingest run is called outscope writer now; run that one\n"
    assert "run" not in CliRunner().invoke(app, ["ingest", "--help"]).stdout.split()
