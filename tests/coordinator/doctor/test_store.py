"""What is found in a store, on each database; nothing is changed by looking."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.doctor import State
from coordinator.doctor.store import look_at_store
from coordinator.doctor.work import look_at_work
from coordinator.store import Store, StoreError, open_store
from coordinator.store.inspection import inspect
from coordinator.store.snapshot import known_migrations
from tests.coordinator.doctor.conftest import NOW, found
from tests.coordinator.store.schema.test_migrations import FIRST, schema
from worker.contract.result import Result


async def test_a_store_that_is_well(filled: Store, store_url: str) -> None:
    assert filled is not None
    told = await found(look_at_store(store_url))
    assert {finding.state for finding in told.values()} == {State.OK}
    assert ("SQLite 3" if "sqlite" in store_url else "PostgreSQL ") in told["store"].said
    assert known_migrations()[-1] in told["migrations"].said
    assert "orphans" in told


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://outscope:hunter2@db:543a/outscope",
        "postgresql://outscope:hunter2@db:99999/outscope",
        "postgresql://outscope:hunter2@[::1/outscope",
        "mysql://outscope:hunter2@db/outscope",
    ],
)
async def test_a_url_that_names_no_database_is_a_finding_without_its_password(url: str) -> None:
    told = await found(look_at_store(url))
    assert told["store"].state is State.FAILURE
    assert "is not understood; write sqlite:///" in told["store"].said
    assert "OUTSCOPE_DATABASE" in told["store"].todo
    assert "hunter2" not in told["store"].said
    assert await found(look_at_work(url, NOW)) == {}
    with pytest.raises(StoreError, match="is not understood; write sqlite:///"):
        async with open_store(url):
            pass


async def test_results_of_checks_that_never_were(
    filled: Store, store_url: str, make_result: Callable[..., Result]
) -> None:
    await filled.results.add([make_result(n, check=f"strange-{n % 5}") for n in range(10, 30)])
    told = (await found(look_at_store(store_url)))["orphans"]
    assert told.state is State.WARNING
    assert (
        "5 checks that no configuration ever had: strange-0, strange-1, strange-2 and 2 more"
        in told.said
    )


async def test_a_check_of_an_older_configuration_is_no_orphan(
    filled: Store, store_url: str, document: dict[str, Any]
) -> None:
    document["services"][0]["components"].pop()  # `web`, which has a result
    await filled.configurations.save(document, NOW + 1)
    assert (await found(look_at_store(store_url)))["orphans"].state is State.OK


async def test_lines_without_their_incident_and_services_that_are_gone(
    filled: Store, store_url: str
) -> None:
    await filled.standings.put("service", "gone", NOW, {})
    told = (await found(look_at_store(store_url)))["orphans"]
    assert (told.state, "1 service that are gone: gone" in told.said) == (State.WARNING, True)
    await filled.standings.keep("service", [])
    columns = "incident, at, event, severity, scope, regions, components, reason"
    async with schema_free(store_url) as database:
        await database.fetch(
            f"INSERT INTO timeline ({columns}) VALUES ('x', 1, 'opened', 'a', 'b', '[]', '[]', '')"
        )
    told = (await found(look_at_store(store_url)))["orphans"]
    assert (told.state, "1 lines of timelines" in told.said) == (State.WARNING, True)


def schema_free(url: str) -> Any:
    """The database as it is."""
    return schema(url, known_migrations()[-1])


async def test_migrations_to_come_are_named_and_not_applied(store_url: str) -> None:
    async with schema(store_url, FIRST):
        pass
    for _ in range(2):
        told = (await found(look_at_store(store_url)))["migrations"]
        assert told.state is State.WARNING
        assert f"1 applied, to come: {', '.join(known_migrations()[1:])}" == told.said


async def test_a_store_of_a_newer_version_is_a_failure(filled: Store, store_url: str) -> None:
    assert filled is not None
    async with schema_free(store_url) as database:
        columns = "app, name, applied_at"
        await database.fetch(
            f"INSERT INTO tortoise_migrations ({columns}) VALUES ('store', '0099_more', '2026-01-01"
            " 00:00:00+00:00')"
        )
    told = (await found(look_at_store(store_url)))["migrations"]
    assert (told.state, "0099_more" in told.said) == (State.FAILURE, True)


@pytest.mark.slow
async def test_an_empty_database_has_everything_to_come(postgres_url: str) -> None:
    told = await found(look_at_store(postgres_url))
    assert told["migrations"].said.startswith("0 applied")


async def test_looking_changes_no_file(tmp_path: Path, document: dict[str, Any]) -> None:
    url = f"sqlite://{tmp_path}/store.db"
    async with open_store(url) as store:
        await store.configurations.save(document, NOW)
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
    assert (await found(look_at_store(url)))["orphans"].state is State.OK
    assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before
    (missing,) = (await found(look_at_store(f"sqlite://{tmp_path}/more/none.db"))).values()
    assert (missing.state, missing.todo) == (State.WARNING, "it is made by the first `outscope up`")
    assert not os.path.exists(tmp_path / "more")  # noqa: ASYNC240  a test


async def test_damage_is_found(tmp_path: Path, document: dict[str, Any]) -> None:
    path = tmp_path / "store.db"
    async with open_store(f"sqlite://{path}") as store:
        await store.configurations.save(document, NOW)
    spoil(path)
    assert (await found(look_at_store(f"sqlite://{path}")))["damage"].state is State.FAILURE


def spoil(path: Path) -> None:
    """Make an index disagree with its table."""
    database = sqlite3.connect(path)
    (root,) = database.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'worker'"
    ).fetchone()
    database.execute("PRAGMA journal_mode=DELETE")
    database.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : (root - 1) * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"hello " * 1000])
async def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "x.db", content)
    states = {
        finding.state
        for finding in (await found(look_at_store(f"sqlite://{tmp_path}/x.db"))).values()
    }
    assert (State.FAILURE in states) == bool(content)


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_a_server_that_is_away_is_named_without_its_password(
    free_port: Callable[[], int],
) -> None:
    port = free_port()
    (told,) = (
        await found(look_at_store(f"postgres://me:topsecret@127.0.0.1:{port}/outscope"))
    ).values()
    assert told.state is State.FAILURE
    assert told.said.startswith(f"postgres://127.0.0.1:{port}/outscope: it cannot be read")
    assert "topsecret" not in told.said


@pytest.mark.slow
async def test_a_reader_of_postgres_cannot_write(postgres_url: str) -> None:
    async with inspect(postgres_url) as store:
        with pytest.raises(StoreError, match="read-only transaction"):
            await store._fetch("CREATE TABLE x (y int)")
