"""Where the product keeps things: the data folder and the database, from flags and environment."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.terminal.outside import say
from worker.contract.settings.address import AddressError, from_environment

Database = Annotated[
    str | None,
    typer.Option(
        help=(
            "Database, such as postgres://user@host/outscope; without it, a SQLite file in the data"
            " folder."
        ),
        envvar="OUTSCOPE_DATABASE",
        metavar="URL",
        show_envvar=True,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="Data folder; default: ~/.local/share/outscope.", envvar="OUTSCOPE_DATA", metavar="DIR"
    ),
]

_FILE: Final = "OUTSCOPE_DATABASE_FILE"


def data_dir(data: Path | None) -> Path:
    """The data folder: the one given, else the user's."""
    if data is not None:
        return data.expanduser().absolute()
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().absolute() / "outscope"


def database_url(database: str | None, data: Path | None) -> str:
    """The database given (or named by the file in OUTSCOPE_DATABASE_FILE), else the SQLite file in
    the data folder.
    """
    try:
        database = database or from_environment("OUTSCOPE_DATABASE", os.environ)
    except AddressError as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None
    if database:
        return database
    return f"sqlite://{data_dir(data) / 'outscope.db'}"


def store_url(context: typer.Context, database: str | None, data: Path | None) -> str:
    """The store that a command replaces or copies: the folder that was written behind it, though
    the environment names a database.
    """
    if data and _is_written(context, "data") and not _is_written(context, "database"):
        return f"sqlite://{data_dir(data) / 'outscope.db'}"
    return database_url(database, data)


def _is_written(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def given_database(database: str | None, data: Path | None) -> str | None:
    """The database given, else the SQLite file in the data folder; None when OUTSCOPE_DATABASE_FILE
    names the file that says it.
    """
    if database is None and os.environ.get(_FILE):
        return None
    return database or f"sqlite://{data_dir(data) / 'outscope.db'}"
