"""One measurement of `outscope bench export`, in a process of its own: `exported.py
make|export|duckdb FOLDER WHAT`.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Final

from api.cli.bench.made_archive import make_archive
from coordinator.analytics.exports.dataset import Wanted
from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.formats import FORMATS
from coordinator.analytics.exports.stream import Export
from coordinator.archive.manifest import Manifest
from coordinator.archive.place import open_place
from coordinator.archive.reading.record import Record
from coordinator.store import open_store

_COPY: Final = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER",
    "ndjson": "FORMAT json",
}


def make(folder: Path, rows: str) -> dict[str, Any]:
    """Fill the archive."""
    place = open_place(str(folder / "archive"))
    made = make_archive(place, int(rows))
    size = sum(part.bytes for part in Manifest(place).parts())
    return {"rows": made, "bytes_a_row": round(size / made, 1)}


def export(folder: Path, name: str) -> dict[str, Any]:
    """Ours, through the same code as `GET /v1/exports/results`."""
    return asyncio.run(_exported(folder, name))


async def _exported(folder: Path, name: str) -> dict[str, Any]:
    dataset, format_, target = DATASETS["results"], FORMATS[name], folder / f"ours.{name}"
    async with open_store(f"sqlite://{folder / 'empty.db'}") as store:
        record = Record(store, open_place(str(folder / "archive")))
        made = Export(
            dataset, format_, format_.compressions[0], Wanted(tuple(dataset.schema.names))
        )
        began_s, cpu_s = time.perf_counter(), time.process_time()
        with target.open("wb") as file:
            async for part in made.stream(record):
                file.write(part)
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    target.unlink()
    return _figures(made.summary.rows, took_s, cpu_s)


def duckdb(folder: Path, name: str) -> dict[str, Any]:
    """The limit; nothing where DuckDB is not installed."""
    try:
        import duckdb as engine
    except ImportError:
        return {}
    target = folder / f"duckdb.{name}"
    source = f"read_parquet('{folder}/archive/results/**/*.parquet', hive_partitioning=false)"
    with engine.connect() as connection:
        connection.execute(f"SET temp_directory = '{folder}'")
        rows = connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]  # noqa: S608 - our own folder
        began_s, cpu_s = time.perf_counter(), time.process_time()
        connection.execute(f"COPY (SELECT * FROM {source}) TO '{target}' ({_COPY[name]})")  # noqa: S608 - as above
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    target.unlink()
    return _figures(rows, took_s, cpu_s)


def _figures(rows: int, took_s: float, cpu_s: float) -> dict[str, Any]:
    return {
        "rows_per_s": round(rows / took_s),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "cpu_us_per_row": round(cpu_s / rows * 1e6, 2),
    }


if __name__ == "__main__":
    measure = {"make": make, "export": export, "duckdb": duckdb}[sys.argv[1]]
    print(json.dumps(measure(Path(sys.argv[2]), sys.argv[3])))
