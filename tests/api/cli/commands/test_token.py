"""`outscope token`, on a store."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.access import local_file
from coordinator.access.local import keep_token
from coordinator.access.scopes import Scope
from coordinator.access.token import identifier_of
from coordinator.store import Store
from coordinator.store.audit import Entry
from worker.contract.clock import now

Seed = Callable[[Callable[[Store], Awaitable[Any]]], None]


@pytest.fixture
def ran(api_database: str) -> Callable[..., Result]:
    """Runs a command on a store of its own."""

    def run(*words: str) -> Result:
        told = {"OUTSCOPE_DATABASE": api_database, "COLUMNS": "160"}
        return CliRunner().invoke(app, ["token", *words], env=told)

    return run


def test_a_token_is_the_one_line_on_standard_output(ran: Callable[..., Result]) -> None:
    made = ran("create", "ci", "--scope", "read", "--scope", "write", "--from", "192.0.2.0/24")
    identifier = identifier_of(made.stdout.strip())
    assert (made.exit_code, identifier is not None) == (0, True)
    assert identifier in made.stderr
    assert made.stdout.strip() not in made.stderr
    (listed,) = json.loads(ran("list", "--json").stdout)
    assert (listed["id"], listed["scopes"], listed["networks"]) == (
        identifier,
        ["read", "write"],
        ["192.0.2.0/24"],
    )
    shown = ran("list").stdout
    assert "read, write" in shown
    assert made.stdout.strip() not in shown


@pytest.mark.parametrize("by", ["id", "name", "token"])
def test_it_is_revoked_by_id_name_or_itself(ran: Callable[..., Result], by: str) -> None:
    text = ran("create", "ci").stdout.strip()
    told = {"id": identifier_of(text), "name": "ci", "token": text}[by]
    assert ran("revoke", str(told)).exit_code == 0
    (listed,) = json.loads(ran("list", "--json").stdout)
    assert listed["revoked_at"] is not None
    assert "revoked" in ran("list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "ci", "--scope", "all"], "--scope: there is no scope 'all'"),
        (["create", "ci", "--expires", "soon"], "--expires: 'soon' is not a duration"),
        (["create", "ci", "--from", "192.0.2.7/24"], "did you mean 192.0.2.0/24?"),
        (["create", ""], "NAME: give it a name"),
        (["revoke", "nothing"], "there is no such token"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    ran: Callable[..., Result], words: list[str], said: str
) -> None:
    done = ran(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_two_of_a_name_are_told_apart_by_their_ids(ran: Callable[..., Result]) -> None:
    first, second = (ran("create", "ci").stdout.strip() for _ in range(2))
    done = ran("revoke", "ci")
    assert done.exit_code == 2
    assert str(identifier_of(first)) in done.stderr
    assert str(identifier_of(second)) in done.stderr


def test_the_token_of_a_machine_is_kept_and_made_anew_when_it_is_no_good(
    seed: Seed, tmp_path: Path
) -> None:
    told = Entry(now(), "anna", "", "", "here")

    def kept() -> str:
        seed(lambda store: keep_token(store, tmp_path, told))
        found = local_file.read(tmp_path)
        assert found is not None
        return found

    first = kept()
    path = tmp_path / local_file.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept() == first
    path.chmod(0o644)  # others could have read it
    second = kept()
    assert second != first
    assert path.stat().st_mode & 0o777 == 0o600
    found: list[Any] = []

    async def look(store: Store) -> None:
        found.extend(await store.tokens.all())

    seed(look)
    states = {one.id: one.revoked_at is None for one in found}
    assert states == {identifier_of(first): False, identifier_of(second): True}
    assert set(found[-1].scopes) == set(Scope)
