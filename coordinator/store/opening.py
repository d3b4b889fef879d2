"""Opening a store: connect, bring the schema up to date under a lock, hand out the facade,
close.
"""

import fcntl
import sqlite3
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.executor import MigrationExecutor

from coordinator.store.database import (
    APP,
    Database,
    StoreError,
    connecting,
    connection_name,
    sqlite_path,
    tortoise_config,
)
from coordinator.store.store import Store
from worker.contract.settings.address import secrets_of, without_logins
from worker.contract.settings.machine import no_database

UNUSABLE = (BaseORMException, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What the drivers and Tortoise raise when a database does not let itself be opened."""

MIGRATION_LOCK = 0x0075_5C09E
"""PostgreSQL advisory lock that whoever migrates holds."""


@asynccontextmanager
async def open_store(url: str, migrate: bool = True) -> AsyncIterator[Store]:
    """The store behind a database URL, its schema up to date; StoreError says what is wrong with
    it.

    One event loop must use it from opening to closing.
    """
    name = connection_name(url)
    context = TortoiseContext()
    try:
        if name == "sqlite":
            _prepare_folder(sqlite_path(url))
        # Tortoise's set-up and migrations find their connection through the current context
        with context:
            await context.init(config=connecting(url), init_connections=True)
            database = Database(context.connections.get(name))
            try:
                # now, because later ones would only hang
                await database.client.create_connection(with_db=True)
                if migrate:
                    await _bring_up_to_date(database, url)
            except UNUSABLE as error:
                raise StoreError(f"the database cannot be used: {_words(error, url)}") from error
        yield Store(database)
    finally:
        await context.close_connections()


def _words(error: BaseException, url: str) -> str:
    """What a driver says, without what is secret in the URL."""
    if isinstance(error, TimeoutError):
        return "nobody answered there as PostgreSQL does; check its host and port"
    said = without_logins(str(error)) or type(error).__name__
    for secret in secrets_of(url):
        said = said.replace(secret, "…")
    todo = no_database(said) if connection_name(url) == "sqlite" else ""
    return f"{sqlite_path(url)}: {said}{todo}" if todo else said


def _prepare_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot create the folder of the database {path}: {error.strerror}"
        ) from error


async def _bring_up_to_date(database: Database, url: str) -> None:
    async with _migration_lock(database, url):
        executor = MigrationExecutor(database.client, {APP: tortoise_config(url)["apps"][APP]})
        await executor.migrate()
        unknown = set(await executor.recorder.applied_migrations()) - set(
            executor.loader.graph.nodes
        )
    if unknown:
        names = ", ".join(sorted(key.name for key in unknown))
        raise StoreError(
            f"the database was written by a newer Outscope (it has {names}); upgrade this process"
            " first"
        )


@asynccontextmanager
async def _migration_lock(database: Database, url: str) -> AsyncIterator[None]:
    """Several processes may start at once; one migrates, the others wait and then find nothing to
    do.
    """
    if database.is_sqlite:
        path = sqlite_path(url)
        with path.with_name(path.name + ".migrate").open("w") as file:
            await to_thread(_lock, file)
            yield
    else:
        async with database.transaction() as holder:
            await holder.fetch("SELECT pg_advisory_xact_lock(?)", MIGRATION_LOCK)
            yield


def _lock(file: IO[str]) -> None:
    fcntl.flock(file, fcntl.LOCK_EX)
