"""Work on the store itself, for commands that change what it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from api.cli.options.locations import database_url
from coordinator.store import Store, StoreError, open_store

T = TypeVar("T")


def with_store(database: str | None, data: Path | None, work: Callable[[Store], Awaitable[T]]) -> T:
    """What the work comes to; a sentence and exit code 1 when the store cannot be used."""

    async def run() -> T:
        async with open_store(database_url(database, data)) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
