"""How fast a database takes the same rows with nothing around it: bare COPY, or the bare
`executemany` of SQLite.
"""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from coordinator.store import Store
from coordinator.store.database import sqlite_path
from coordinator.store.results.result_rows import COLUMNS, INSERT
from worker.contract.result import FIELDS

BATCH: Final = 5_000
"""Rows a transaction, about as many as the coordinator stores at once when it is behind."""

_SELECT: Final = f"SELECT {COLUMNS} FROM result ORDER BY received_at, id LIMIT ?"  # noqa: S608


async def bare_rows_per_s(store: Store, url: str, most: int, folder: Path) -> float:
    """Rows a second of what was just stored, into a table of the same columns, keys and
    partitions.
    """
    database = store._database  # noqa: SLF001  below every query of the product lies this one
    rows = [tuple(row.values()) for row in await database.fetch(_SELECT, most)]
    return (
        _sqlite(rows, sqlite_path(url), folder)
        if database.is_sqlite
        else await _postgres(database, rows)
    )


def _sqlite(rows: Sequence[tuple[Any, ...]], source: Path, folder: Path) -> float:
    with sqlite3.connect(source) as link:
        sql = "SELECT sql FROM sqlite_master WHERE tbl_name = 'result' AND sql NOT NULL"
        schema = [row[0] for row in link.execute(sql)]
    link.close()
    link = sqlite3.connect(folder / "bare.db")
    link.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + ";".join(schema))
    began_s = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        with link:
            link.executemany(INSERT, rows[start : start + BATCH])
    took_s = time.perf_counter() - began_s
    link.close()
    return len(rows) / took_s


async def _postgres(database: Any, rows: Sequence[tuple[Any, ...]]) -> float:
    """The table is emptied first: its partitions and indexes are the very ones that were written
    to.
    """
    await database.fetch("TRUNCATE result")
    began_s = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        async with database.transaction() as transaction:
            await transaction.copy("result", FIELDS, rows[start : start + BATCH])
    return len(rows) / (time.perf_counter() - began_s)
