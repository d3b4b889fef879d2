"""DuckDB over the record: views of hot and archived results, and of files that were exported."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from coordinator.analytics.exports.datasets import DATASETS
from coordinator.archive.place import archive_url, open_place
from coordinator.store import ResultFilter, open_store
from coordinator.store.results.striking import Strike

OTHERS: Final = tuple(name for name in DATASETS if name != "results")
"""The datasets that are copied for questions; results are read where they are."""
_READERS: Final = {
    ".parquet": "read_parquet({files}, union_by_name=true)",
    ".csv": "read_csv({files}, union_by_name=true)",
    ".ndjson": "read_json({files}, format='newline_delimited', union_by_name=true)",
    ".json": "read_json({files}, format='array')",
}

_EXPLAINED: Final = re.compile(r"\s*explain(\s+analyze)?\s+(select|with|from|values)\b", re.I)


async def opened(url: str, archive: str | None, scratch: Path) -> Any:
    """A DuckDB connection over a database and its archive; hot rows are copied into a folder that
    must outlive it.

    The archive's files are read where they are, and only as far as a question needs them.
    """
    import duckdb
    import pyarrow.dataset as ds

    from coordinator.archive.manifest import Manifest
    from coordinator.archive.reading.record import Record
    from coordinator.result_files.columns import RESULTS

    where = archive_url(archive, url)
    place = None if where is None else open_place(where)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    async with open_store(url) as store:
        record = Record(store, place)
        strikes = await store.striking.standing()
        sources = [await _hot(record, scratch / "hot.parquet")]
        for name in OTHERS:
            await _copied(record, name, scratch / f"{name}.parquet")
            connection.read_parquet(str(scratch / f"{name}.parquet")).create_view(name)
    if place is not None and (parts := Manifest(place).parts()):
        paths = [
            place.path(part.file) for part in parts if not place.unlike(part.file, part.sha256)
        ]
        sources.append(
            ds.dataset(paths, schema=_plain(RESULTS), format="parquet", filesystem=place.files)
        )
    union = " UNION ALL BY NAME ".join(
        f"SELECT * FROM source_{number}" for number in range(len(sources))
    )
    for number, source in enumerate(sources):
        connection.register(f"source_{number}", source)
    connection.execute(f"CREATE VIEW received AS {union}")
    covered = " OR ".join(map(_covers, strikes)) or "FALSE"
    connection.execute(f"CREATE VIEW results AS SELECT * FROM received WHERE NOT ({covered})")
    connection.execute(f"CREATE VIEW struck AS SELECT * FROM received WHERE {covered}")
    return connection


def _covers(strike: Strike) -> str:
    """The condition for results that a strike covers."""
    region = strike.region.replace("'", "''")
    return (
        f"(region = '{region}' AND epoch_ms(received_at) >= {strike.since} AND"
        f" epoch_ms(received_at) < {strike.until})"
    )


def opened_files(paths: Sequence[Path]) -> Any:
    """A DuckDB connection over exported files, as results, or over a folder that `outscope dataset`
    wrote.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    found: dict[str, list[Path]] = {}
    for path in paths:
        if not path.exists():
            raise OSError(f"{path} does not exist")
        if path.is_dir():
            for name in ("results", *OTHERS):
                found.setdefault(name, []).extend(sorted((path / name).glob("*.parquet")))
        else:
            found.setdefault("results", []).append(path)
    for name, files in found.items():
        if files:
            _view(connection, name, files)
    return connection


def ask(connection: Any, query: str) -> Any:
    """The answer to one question. ValueError for what is none: nothing is written or changed."""
    import duckdb

    statements = connection.extract_statements(query)
    if not statements:
        raise ValueError(f"nothing is asked; write a SELECT over {', '.join(DATASETS)}")
    if len(statements) > 1:
        raise ValueError("one question at a time is answered; leave the other statements out")
    (statement,) = statements
    # EXPLAIN ANALYZE does what it explains
    explains = statement.type == duckdb.StatementType.EXPLAIN and _EXPLAINED.match(query)
    if statement.type != duckdb.StatementType.SELECT and not explains:
        raise ValueError(
            "only questions are answered (SELECT, EXPLAIN SELECT): nothing is changed or written."
            " `outscope export` and `outscope dataset` write files"
        )
    return connection.execute(statement)


def _view(connection: Any, name: str, files: list[Path]) -> None:
    suffixes = {_inner(path) for path in files}
    reader = _READERS.get(suffixes.pop()) if len(suffixes) == 1 else None
    if reader is None:
        raise ValueError(
            f"{', '.join(map(str, files))}: name files of one kind: {', '.join(_READERS)}"
        )
    told = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {reader.format(files=f'[{told}]')}")


def _inner(path: Path) -> str:
    return Path(path.stem).suffix if path.suffix in (".gz", ".zst") else path.suffix


async def _hot(record: Any, path: Path) -> Any:
    """Results that are in the database alone, as a file."""
    import pyarrow.dataset as ds

    from coordinator.result_files.columns import RESULTS

    while True:
        before = await record.store.archiving.generation()
        await _written(record.received(hot_only=True).batches(), RESULTS, path)
        if await record.store.archiving.generation() == before:
            break  # else results moved meanwhile, and would be told twice
    return ds.dataset(str(path), schema=_plain(RESULTS), format="parquet")


async def _copied(record: Any, name: str, path: Path) -> None:
    from coordinator.analytics.exports.dataset import Wanted

    made = DATASETS[name]
    reading = made.read(record, Wanted(tuple(made.schema.names), ResultFilter()))
    await _written(reading.batches(), made.schema, path)


async def _written(batches: Any, schema: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        async for batch in batches:
            writer.write_batch(batch.select(schema.names).cast(schema))


def _plain(schema: Any) -> Any:
    """The schema with text where names are kept as numbers of a dictionary: DuckDB joins plain text
    faster.
    """
    import pyarrow as pa

    fields = [
        field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]
    return pa.schema(fields)
