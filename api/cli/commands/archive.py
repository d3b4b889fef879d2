"""`outscope archive`: move old results out of the database, and see whether the archive is
whole.
"""

import asyncio
import json as plain_json
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, plain, show
from coordinator.configuration.retention import KeepError, read_keep

T = TypeVar("T")
Archive = Annotated[
    str | None,
    typer.Option(
        "--archive",
        help="Folder or s3:// URL of the archive; default: `archive` beside a SQLite database.",
        envvar="OUTSCOPE_ARCHIVE",
        metavar="PLACE",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def archive(
    status: Annotated[bool, typer.Option("--status", help="Only tell what is archived.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only read every file and compare its checksum.")
    ] = False,
    restore: Annotated[
        Path | None,
        typer.Option(
            help="Put damaged files right again from this copy of the archive.", metavar="DIR"
        ),
    ] = None,
    place: Archive = None,
    database: Database = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Move results out of the database that it keeps no longer (OUTSCOPE_KEEP_RESULTS), once, now.

    The coordinator does the same every hour. Results stay in the database until their file was read
    back.
    """
    url = database_url(database, data)
    opened = _place(place, url)
    if status:
        return _status(opened, json)
    if verify or restore is not None:
        raise typer.Exit(_verify(opened, restore, json))
    return _run(_once(url, opened, json))


def _place(told: str | None, database: str) -> Any:
    from coordinator.archive.place import PlaceError, archive_url, open_place

    found = archive_url(told, database)
    if found is None:
        say(
            "There is no archive: say where with --archive or OUTSCOPE_ARCHIVE, a folder or"
            " s3:// URL",
            err=True,
        )
        raise typer.Exit(2)
    try:
        return open_place(found)
    except PlaceError as error:
        say(str(error), err=True)
        raise typer.Exit(2) from None


def _run(work: Coroutine[Any, Any, T]) -> T:
    from coordinator.archive.moving.archiver import BusyError
    from coordinator.store import StoreError

    try:
        return asyncio.run(work)
    except (StoreError, BusyError, KeepError, OSError) as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None


async def _once(url: str, place: Any, json: bool) -> None:
    from coordinator.archive.moving.archiver import Archiver
    from coordinator.store import open_store

    async with open_store(url) as store:
        report = await Archiver(store, place).run(read_keep(os.environ).results_ms)
    for problem in report.problems:
        say(problem, err=True)
    if json:
        told = {
            "files": [part.file for part in report.parts],
            "rows": report.rows,
            "deleted": report.deleted,
        }
        say(plain_json.dumps({**told, "problems": report.problems}))
    else:
        say(
            f"{report.rows:,} results archived in {len(report.parts)} files, {report.deleted:,}"
            " left the database."
        )


def _status(place: Any, json: bool) -> None:
    from coordinator.archive.manifest import Manifest

    manifest = Manifest(place)
    parts = manifest.parts()
    rows, size = sum(part.rows for part in parts), sum(part.bytes for part in parts)
    days = sorted({part.day for part in parts})
    told = {
        "place": place.told,
        "files": len(parts),
        "rows": rows,
        "bytes": size,
        "bytes_a_result": round(size / rows, 1) if rows else None,
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "unreadable_entries": manifest.broken,
    }
    if json:
        return say(plain_json.dumps(told))
    return show(
        console(), ("what", ""), ([plain(name), plain(str(value))] for name, value in told.items())
    )


def _verify(place: Any, restore: Path | None, json: bool) -> int:
    from coordinator.archive.verify import verify

    found = verify(place, restore)
    if json:
        say(
            plain_json.dumps(
                {"files": found.files, "restored": found.restored, "damaged": found.damaged}
            )
        )
        return 1 if found.damaged else 0
    for name in found.restored:
        say(f"restored {name}")
    for name, why in found.damaged.items():
        say(f"damaged {name}: {why}", err=True)
    say(f"{found.files - len(found.damaged)} of {found.files} files are whole.")
    return 1 if found.damaged else 0
