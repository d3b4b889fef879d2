"""Opening a store: migrations, locks, and sentences for what is wrong."""

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from coordinator.store import StoreError, open_store
from coordinator.store.database import APP, tortoise_config


async def test_an_empty_database_gets_its_tables_and_keeps_them(store_url: str) -> None:
    async with open_store(store_url) as store:
        await store.configurations.save({"a": 1}, 1)
    async with open_store(store_url) as store:
        await store.ping()
        assert await store.configurations.current() == (1, {"a": 1})


async def test_many_that_open_at_once_migrate_once(store_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from coordinator.store import open_store\n"
        "async def main():\n"
        "    async with open_store(sys.argv[1]) as store:\n"
        "        await store.ping()\n"
        "asyncio.run(main())\n"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", program, store_url, cwd=Path(__file__).parents[3]
        )
        for _ in range(4)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]


async def test_the_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    config = tortoise_config(f"sqlite://{tmp_path}/x.db")
    async with TortoiseContext() as context:
        await context.init(config=config)
        assert context.apps is not None
        missing = await MigrationAutodetector(context.apps, {APP: config["apps"][APP]}).changes()
    assert not missing, (
        "run: tortoise -c coordinator.store.database.TORTOISE_ORM makemigrations store"
    )


async def test_sqlite_writes_ahead_and_waits_for_locks(tmp_path: Path) -> None:
    async with open_store(f"sqlite://{tmp_path}/x.db") as store:
        pragmas = {
            name: (await store._database.fetch(f"PRAGMA {name}"))[0]
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": {"journal_mode": "wal"},
        "synchronous": {"synchronous": 1},
        "busy_timeout": {"timeout": 15000},
    }


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/x.db"
    async with open_store(url):
        pass
    link = sqlite3.connect(tmp_path / "x.db")
    link.execute(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('store', '0999_future',"
        " '2030-01-01')"
    )
    link.commit()
    link.close()
    with pytest.raises(StoreError, match=r"newer Outscope.*0999_future"):
        async with open_store(url):
            pass


async def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text(
        "not a database at all, but long enough to be taken for one" * 20
    )
    with pytest.raises(StoreError, match="database"):
        async with open_store(f"sqlite://{tmp_path}/x.db"):
            pass


async def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="folder"):
        async with open_store(f"sqlite://{tmp_path}/file/below/x.db"):
            pass


@pytest.mark.parametrize(
    "url", ["mysql://user:secret@host/db", "outscope.db", "sqlite:x.db", "sqlite://", ""]
)
async def test_another_url_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///") as caught:
        async with open_store(url):
            pass
    assert "secret" not in str(caught.value)


async def test_a_postgres_that_does_not_answer_is_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError) as caught:
        async with open_store("postgresql://user:secret@127.0.0.1:1/name"):
            pass
    assert "secret" not in str(caught.value)
