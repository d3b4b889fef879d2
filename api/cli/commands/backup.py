"""`outscope backup`: one file with everything of the embedded store, taken while the product
runs.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.files.output import Force, is_plain, output, refuse, target_of
from api.cli.options.api_options import WRONG
from api.cli.options.locations import Data, Database, store_url
from api.cli.terminal.outside import say
from coordinator.archive.place import archive_url
from coordinator.backup import ArchiveFolder, BackupError, Manifest, take_backup
from coordinator.store.database import StoreError, connection_name, sqlite_path
from worker.contract import clock
from worker.contract.settings.address import shown

POSTGRES: Final = (
    "This store is a PostgreSQL database, which has its own tools for this. Take a backup, while"
    ' all runs, with\n    pg_dump --format=custom --file=outscope.dump "$OUTSCOPE_DATABASE"\nand'
    ' put it into an empty database with\n    pg_restore --no-owner --dbname="$OUTSCOPE_DATABASE"'
    " outscope.dump\nSee docs/how-to/back-up-and-restore.md for the rest: point-in-time recovery,"
    " the archive, an upgrade between."
)


def backup(
    context: typer.Context,
    out: Annotated[
        str,
        typer.Option(
            help="File to write, or folder/ for a file in it whose name has the time.",
            metavar="FILE",
        ),
    ] = "./",
    with_archive: Annotated[
        bool,
        typer.Option(
            "--with-archive", help="Also the files of the archive, which else stay where they are."
        ),
    ] = False,
    force: Force = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Back the store up, while all runs.

    One compressed file for its owner only, which was read back and compared with its checksums
    before it appears. It replaces none without --force.
    """
    url = store_url(context, database, data)
    require_sqlite(url)
    at = clock.now()
    target = _target(out, datetime.fromtimestamp(at / 1000, UTC), force)
    try:
        manifest = take_backup(
            sqlite_path(url), target, at, archive_of(url, with_archive), overwrite=force
        )
    except (BackupError, StoreError) as error:
        say(str(error), err=True)
        raise typer.Exit(WRONG) from None
    say(f"{target}: {target.stat().st_size:,} bytes, verified. It holds {contents(manifest)}.")
    if manifest.archive_files and not manifest.with_archive:
        say(
            f"The {manifest.archive_files:,} files of the archive at {manifest.archive} are not in"
            " it: they never change, so copy that folder as it is, or say --with-archive."
        )


def require_sqlite(url: str) -> None:
    """End the command with what to do instead when the store is a PostgreSQL database."""
    if connection_name(url) == "postgres":
        say(POSTGRES, err=True)
        raise typer.Exit(WRONG)


def contents(manifest: Manifest) -> str:
    """What a backup holds, in a few words."""
    results, incidents = manifest.rows.get("result", 0), manifest.rows.get("incident", 0)
    until = f" up to {manifest.newest_result}" if manifest.newest_result else ""
    files = f", {manifest.archive_files:,} files of the archive" if manifest.with_archive else ""
    return (
        f"{results:,} results{until}, {incidents:,} incidents and configuration"
        f" {manifest.configuration_version}{files}"
    )


def archive_of(url: str, included: bool = False) -> ArchiveFolder | None:
    """The archive that belongs to a SQLite store: where OUTSCOPE_ARCHIVE says, else the folder
    beside it.
    """
    where = archive_url(os.environ.get("OUTSCOPE_ARCHIVE", "").strip(), url)
    if where is None:
        return None
    if "://" in where:
        return ArchiveFolder(shown(where), None, included)
    folder = Path(where).expanduser().absolute()
    return ArchiveFolder(str(folder), folder, included)


def _target(out: str, at: datetime, force: bool) -> Path:
    target = output(out, f"outscope-{at:%Y%m%dT%H%M%SZ}.tar.zst", force=force)
    if not is_plain(target):
        refuse(f"{target} is no file, and a backup has to be read back to be verified; name a file")
    return target_of(target)
