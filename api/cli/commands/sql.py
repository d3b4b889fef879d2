"""`outscope sql`: questions in SQL about hot and archived results, or about files that were
exported.
"""

import asyncio
import json as plain_json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from api.cli.commands.archive import Archive
from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, plain, show
from coordinator.analytics.exports.datasets import DATASETS

MOST_SHOWN = 1_000
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="PATH",
        help="A file of results or a folder of `outscope dataset`; repeatable.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object a row, instead of a table.")
]


def sql(
    query: Annotated[str, typer.Argument(metavar="SELECT", help=f"Over {', '.join(DATASETS)}.")],
    files: Files = None,
    place: Archive = None,
    database: Database = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Answer a question in SQL (DuckDB's): each dataset of `outscope export` is a view.

    Nothing can be changed: what is asked works on views of the archive and on a copy of what is in
    the database.
    """
    import duckdb

    from coordinator.analytics.analysis import ask, opened, opened_files
    from coordinator.archive.place import PlaceError
    from coordinator.store import StoreError

    # as it was typed, whatever letters the locale knows
    query = os.fsencode(query).decode("utf-8", "replace")
    with tempfile.TemporaryDirectory(prefix="outscope-sql-") as scratch:
        try:
            if files:
                base = opened_files(files)
            else:
                base = asyncio.run(opened(database_url(database, data), place, Path(scratch)))
            with base as connection:
                _put(ask(connection, query), json)
        except (duckdb.Error, StoreError, PlaceError, OSError, ValueError) as error:
            say(str(error), err=True)
            raise typer.Exit(1) from None


def _put(answer: Any, json: bool) -> None:
    names = [column[0] for column in answer.description or ()]
    shown = 0
    rows: list[Any] = []
    while chunk := answer.fetchmany(MOST_SHOWN):
        if json:
            for row in chunk:
                say(plain_json.dumps(dict(zip(names, row, strict=True)), default=_told))
            continue
        rows += chunk[: MOST_SHOWN - shown]
        shown += len(chunk)
        if shown > MOST_SHOWN:
            break
    if not json:
        show(console(), names, map(_cells, rows))
        if shown > MOST_SHOWN:
            say(
                f"Only the first {MOST_SHOWN:,} rows are shown; --json prints all, or add LIMIT",
                err=True,
            )


def _cells(row: Sequence[Any]) -> list[Text]:
    """A row as a table shows it; null is an empty cell."""
    return [plain("" if cell is None else _told(cell)) for cell in row]


def _told(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
