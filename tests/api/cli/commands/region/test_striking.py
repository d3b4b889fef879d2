"""`outscope region strike`, `unstrike` and `strikes`, on both databases."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from coordinator.store import Store, open_store
from coordinator.store.results.striking import Strike
from coordinator.store.state.standings import QUARANTINE
from tests.api import seeds
from worker.contract.clock import now
from worker.contract.instant import rfc3339

T = TypeVar("T")
AT = now() - 3_600_000
NUMBER = 30


class Installation:
    """A database with results of two regions, a second apart, and the command line on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ask(self._fill)

    async def _fill(self, store: Store) -> None:
        await store.configurations.save(seeds.configuration(), AT)
        for region in ("eu-west", "us-east"):
            rows = [seeds.result(AT + n * 1_000, n, region=region) for n in range(NUMBER)]
            await store.results.add(rows)

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        async def answered() -> T:
            async with open_store(self.url) as store:
                return await question(store)

        return asyncio.run(answered())

    def strikes(self) -> list[Strike]:
        return self.ask(lambda store: store.striking.all())

    def quarantine(self) -> None:
        self.ask(lambda store: store.standings.put(QUARANTINE, "eu-west", AT, {}))

    def region(self, *arguments: str) -> Result:
        line = ["region", *arguments, "--database", self.url]
        return CliRunner().invoke(app, line, env={"COLUMNS": "200"})


@pytest.fixture
def here(store_url: str) -> Installation:
    return Installation(store_url)


def test_a_strike_is_told_recorded_listed_and_taken_back(here: Installation) -> None:
    here.quarantine()
    told = here.region("strike", "eu-west", "--since", rfc3339(AT), "--reason", "leaked")
    assert (told.exit_code, told.stderr) == (0, "")
    assert f"Strike 1: {NUMBER} results of eu-west" in told.stdout
    (one,) = here.strikes()
    assert (one.region, one.since, one.results, one.reason) == ("eu-west", AT, NUMBER, "leaked")
    assert "@" in one.by
    assert "leaked" in here.region("strikes").stdout
    assert "the coordinator has yet to see it" in here.region("strikes").stdout
    (listed,) = json.loads(here.region("strikes", "--json").stdout)
    assert (listed["region"], listed["since"], listed["results"]) == (
        "eu-west",
        rfc3339(AT),
        NUMBER,
    )
    assert "count again" in here.region("unstrike", "1").stdout
    assert "taken back" in here.region("strikes").stdout
    assert "Nothing changed" in here.region("unstrike", "1").stdout
    assert here.region("unstrike", "9").exit_code == 2


def test_the_same_strike_twice_changes_nothing_and_says_so(here: Installation) -> None:
    here.quarantine()
    assert here.region("strike", "eu-west", "--since", "2h").exit_code == 0
    again = here.region("strike", "eu-west", "--since", "2h")
    assert again.exit_code == 0
    assert f"Nothing changed: all {NUMBER} results" in again.stdout
    assert len(here.strikes()) == 1


def test_a_dry_run_counts_and_changes_nothing(here: Installation) -> None:
    until = rfc3339(AT + 10_000)
    told = here.region("strike", "eu-west", "--since", "2h", "--until", until, "--dry-run")
    assert told.exit_code == 0
    assert "Would strike 10 results of eu-west" in told.stdout
    assert here.strikes() == []


def test_a_region_that_is_not_in_quarantine_is_struck_with_a_warning(here: Installation) -> None:
    told = here.region("strike", "eu-west", "--since", "2h")
    assert told.exit_code == 0
    assert "outscope region quarantine eu-west" in told.stderr
    assert len(here.strikes()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere", "--since", "2h"), "no region nowhere is configured"),
        (("eu-west", "--since", rfc3339(AT + 9 * 3_600_000)), "lies ahead"),
        (("eu-west", "--since", "2h", "--until", rfc3339(AT + 9 * 3_600_000)), "lies ahead"),
        (("eu-west", "--since", "2h", "--until", "3h"), "is not before --until"),
        (("eu-west", "--since", "yesterday"), "--since: 'yesterday' is not a moment"),
        (("eu-west", "--since", "2h", "--until", "noon"), "--until: 'noon' is not a moment"),
        (("eu-west", "--since", "3h", "--until", "2h"), "there are no results of eu-west"),
        (("sa-east", "--since", "3h"), "there are no results of sa-east"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_changes_nothing(
    here: Installation, arguments: tuple[str, ...], sentence: str
) -> None:
    told = here.region("strike", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert sentence in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert here.strikes() == []


@pytest.mark.parametrize("command", [("strike", "eu-west", "--since", "2h"), ("strikes",)])
def test_a_database_that_is_away_is_one_sentence(
    command: tuple[str, ...], free_port: Callable[[], int], tmp_path: Path
) -> None:
    for url in (f"postgres://nobody@127.0.0.1:{free_port()}/x", "sqlite:///proc/nothing/x.db"):
        told = CliRunner().invoke(app, ["region", *command, "--database", url])
        assert (told.exit_code, told.stdout) == (2, "")
        assert len(told.stderr.strip().splitlines()) == 1
