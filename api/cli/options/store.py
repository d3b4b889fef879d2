"""Work on the store itself, for commands that change what it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from api.cli.options.locations import database_url
from api.cli.terminal.outside import say
from coordinator.store import TROUBLE, Store, StoreError, open_store

T = TypeVar("T")


def with_store(
    database: str | None,
    data: Path | None,
    work: Callable[[Store], Awaitable[T]],
    code: int = 1,
) -> T:
    """What the work comes to; a sentence and this exit code when the store cannot be used."""

    async def run() -> T:
        async with open_store(database_url(database, data)) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except StoreError as error:
        say(str(error), err=True)
    except TROUBLE as error:
        say(f"the database cannot be used: {error}", err=True)
    except UnicodeEncodeError as error:  # words that this terminal's encoding does not have
        say(f"{error.object} holds letters that this terminal cannot write", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)
