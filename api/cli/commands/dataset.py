"""`outscope dataset`: a folder that explains itself, for colleagues, papers and replays."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from api.cli.commands.archive import Archive
from api.cli.files.output import refuse, told
from api.cli.options.filters import Service, Since, Until
from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say
from api.moments import moment
from coordinator.runtime.durable import writing
from worker.contract.clock import now
from worker.contract.instant import rfc3339

FILE_ROWS: Final = 1_000_000
"""Results in one file."""
_README: Final = """# Results of Outscope

Written at {at}: {rows:,} results{filtered}, and the incidents, verdicts and workers of the same
database.

| file | rows | |
|---|---|---|
{files}

Columns, types and what they mean: `schema.json`, and in each Parquet file itself. `manifest.json`
has the row count and SHA-256 of every file. `outscope.yaml` is the configuration that was in force.

The past under these rules, or any other:

    outscope replay . --config outscope.yaml
    outscope sql --from . "select service, count(*) from results group by 1"
"""


def dataset(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    service: Service = None,
    since: Since = None,
    until: Until = None,
    place: Archive = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Write a folder with everything that somebody needs to work with the results: Parquet files,
    their schema, a README, the configuration. `outscope replay DIR` reads it, and so does every
    tool that reads Parquet.
    """
    with told(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            refuse(f"{folder} is not empty; name a new folder")
    from coordinator.archive.place import PlaceError
    from coordinator.store import ResultFilter, StoreError

    try:
        bounds = {
            name: text and moment(text, now())
            for name, text in (("since", since), ("until", until))
        }
        wanted = ResultFilter(service=service, **bounds)  # type: ignore[arg-type]
        folder.mkdir(parents=True, exist_ok=True)
        with _all_or_nothing(folder):
            skipped = asyncio.run(_write(folder, wanted, database_url(database, data), place))
    except (StoreError, PlaceError, OSError, ValueError) as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None
    for name, why in skipped.items():
        say(f"Missing: {name} of the archive cannot be read ({why})", err=True)
    say(f"Written: {folder / 'README.md'} tells what is there.")
    raise typer.Exit(1 if skipped else 0)


async def _write(folder: Path, wanted: Any, url: str, place: str | None) -> dict[str, str]:
    from coordinator.analytics.exports.datasets import DATASETS
    from coordinator.archive.place import archive_url, open_place
    from coordinator.archive.reading.record import Record
    from coordinator.store import open_store

    files: dict[str, dict[str, Any]] = {}
    skipped: dict[str, str] = {}
    async with open_store(url) as store:
        where = archive_url(place, url)
        record = Record(store, None if where is None else open_place(where))
        for made in DATASETS.values():
            skipped |= await _one(folder, record, made, wanted, files)
        found = await store.configurations.current()
    if found is not None:
        _put(folder / "outscope.yaml", _yaml(found[1]))
    schemas = {name: _schema(made) for name, made in DATASETS.items()}
    _put(folder / "schema.json", json.dumps(schemas, indent=2) + "\n")
    manifest = {"files": files, "skipped": skipped}
    _put(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    _put(folder / "README.md", _readme(files, wanted))
    return skipped


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Leave the folder empty, as it was, when it cannot be finished."""
    try:
        yield
    except BaseException:
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise


def _put(path: Path, text: str) -> None:
    with writing(path, overwrite=False) as file:
        file.write(text.encode())


async def _one(
    folder: Path, record: Any, made: Any, wanted: Any, files: dict[str, dict[str, Any]]
) -> dict[str, str]:
    """The files of one dataset; parts of the archive that are missing from them."""
    from coordinator.analytics.exports.dataset import Wanted
    from coordinator.analytics.exports.formats import FORMATS
    from coordinator.analytics.exports.stream import Export
    from coordinator.store import ResultFilter

    fitting = {
        name: getattr(wanted, name) for name in ResultFilter.__slots__ if name in made.filters
    }
    cursor, number, skipped = None, 0, dict[str, str]()
    while True:
        chosen = Wanted(tuple(made.schema.names), ResultFilter(**fitting), cursor, FILE_ROWS)
        export = Export(made, FORMATS["parquet"], "zstd", chosen)
        path = folder / made.name / f"{number:05}.parquet"
        path.parent.mkdir(exist_ok=True)
        digest = sha256()
        with writing(path, overwrite=False) as file:
            async for part in export.stream(record):
                file.write(part)
                digest.update(part)
        summary = export.summary
        skipped |= summary.skipped
        if summary.rows or number == 0:
            files[f"{made.name}/{path.name}"] = {"rows": summary.rows, "sha256": digest.hexdigest()}
        else:
            path.unlink()
        if summary.rows < FILE_ROWS:
            return skipped
        cursor, number = summary.cursor, number + 1


def _yaml(document: dict[str, Any]) -> str:
    from coordinator.analytics.exports.configuration import source_of

    return "# The configuration that was in force.\n" + yaml.safe_dump(
        source_of(document), sort_keys=False, allow_unicode=True, width=120
    )


def _schema(made: Any) -> dict[str, Any]:
    from coordinator.analytics.exports.dictionary import columns

    return {
        "schema": made.version,
        "about": made.about,
        "order": made.order,
        "columns": list(columns(made)),
    }


def _readme(files: dict[str, dict[str, Any]], wanted: Any) -> str:
    rows = sum(told["rows"] for name, told in files.items() if name.startswith("results/"))
    lines = "\n".join(f"| `{name}` | {told['rows']:,} | |" for name, told in files.items())
    limits = [f"of {wanted.service}"] if wanted.service else []
    limits += [
        f"{word} {rfc3339(at)}"
        for word, at in (("since", wanted.since), ("before", wanted.until))
        if at
    ]
    filtered = f" ({', '.join(limits)})" if limits else ""
    return _README.format(at=rfc3339(now()), rows=rows, filtered=filtered, files=lines)
