"""`outscope restore`: what a backup holds, in the place of the embedded store."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.commands.backup import archive_of, contents, require_sqlite
from api.cli.options.api_options import WRONG
from api.cli.options.locations import Data, Database, data_dir, store_url
from api.cli.terminal.outside import say
from api.supervisor.claim import claimed
from api.supervisor.problem import CannotStartError
from coordinator.backup import BackupError, verify
from coordinator.backup import restore as restored
from coordinator.store.database import StoreError, sqlite_path
from worker.contract import clock


def restore(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A backup, as `outscope backup` writes them.")
    ],
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace a store that is not empty; it is kept beside, under another name.",
        ),
    ] = False,
    verify_only: Annotated[
        bool, typer.Option("--verify", help="Only read the backup and say whether it is whole.")
    ] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Restore a backup.

    It is checked as a whole first, then put in the place of the store. Outscope must not run on it
    meanwhile.
    """
    try:
        if verify_only:
            return say(f"{file} is whole. It holds {contents(verify(file))}.")
        url = store_url(context, database, data)
        require_sqlite(url)
        _restore(file, sqlite_path(url), url, data_dir(data), force)
    except (BackupError, CannotStartError, StoreError) as error:
        say(str(error), err=True)
        raise typer.Exit(WRONG) from None
    except OSError as error:
        say(f"{file} cannot be read: {error.strerror or error}", err=True)
        raise typer.Exit(WRONG) from None


def _restore(file: Path, store: Path, url: str, data: Path, force: bool) -> None:
    archive = archive_of(url)
    with _data_folder(store, data):
        done = asyncio.run(
            restored(file, store, archive.folder if archive else None, clock.now(), force=force)
        )
    say(f"{store} holds {contents(done.manifest)}, as of {done.manifest.taken_at}.")
    if done.migrated:
        say(f"It was brought up to date: {', '.join(done.migrated)}.")
    for path in done.kept:
        say(f"What was there before is {path}; delete it when all is well.")
    if done.manifest.archive_files and not done.manifest.with_archive:
        say(
            f"An archive of {done.manifest.archive_files:,} files at {done.manifest.archive}"
            " belongs to it, which is not in the backup; put its files into"
            f" {archive.told if archive else 'the place in OUTSCOPE_ARCHIVE'}."
        )


@contextmanager
def _data_folder(store: Path, data: Path) -> Iterator[None]:
    """Hold the data folder while its store is replaced, so that `outscope up` cannot start
    meanwhile.
    """
    if store.parent != data:
        yield
        return
    with claimed(data):
        yield
