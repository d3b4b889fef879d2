"""Rows of rollups on their way in and out of the tables: grouped by the database, and put there in
bulk.
"""

from asyncio import to_thread
from collections.abc import Sequence
from typing import Final

from coordinator.domain.rollups.fold import ROLLUP, Values
from coordinator.store.database import Database
from worker.contract.instant import Instant

COLUMNS: Final = ", ".join(f'"{name}"' for name in ROLLUP)
_KEY: Final = 'service, component, "check", region'
_CHANGED: Final = ("looks", "good", "bad", "reasons", "sketch")
_MADE: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS rollup_made (LIKE rollup_hour) ON COMMIT DELETE ROWS"
)


def parts(table: str, starts: int, range_of: str, *, is_sqlite: bool) -> str:
    """The query for each (check, region) of some buckets, in the columns that `from_rollups` takes.

    The database joins what belongs to a key, so a row comes out of it for some sixty that lie in
    it. SQLite joins only text, so sketches come from there in hexadecimal. `reasons` are those of
    buckets that hold others than `ok`.
    """
    joined = "group_concat(hex(sketch), '')" if is_sqlite else "string_agg(sketch, '')"
    listed = "CASE WHEN reasons <> '{\"ok\":' || looks || '}' THEN reasons END"
    reasons = f"group_concat({listed}, ',')" if is_sqlite else f"string_agg({listed}, ',')"
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in ("looks", "good", "bad"))
    return (
        f"SELECT {_KEY}, {sums}, {reasons}, {joined} FROM {table} "
        f"WHERE at IN ({', '.join('?' * starts)}) AND {range_of} AND \"check\" <> '' AND region <>"
        f" '' GROUP BY {_KEY}"
    )


async def put(transaction: Database, table: str, rows: Sequence[Values], *, first: bool) -> None:
    """Put rows into a table, over those of the same key that hold no more looks; `first` when there
    is none yet.
    """
    if not rows:
        return
    if transaction.is_sqlite:
        await transaction.many(upsert(table), rows)
    elif first:
        # the key's index stays dense
        await transaction.copy(table, ROLLUP, await to_thread(sorted, rows, key=_place))
    else:
        await transaction.fetch(_MADE)
        await transaction.copy("rollup_made", ROLLUP, rows)
        await transaction.fetch(upsert(table, f"SELECT {COLUMNS} FROM rollup_made"))


async def clear(transaction: Database, table: str, at: Instant, regions: Sequence[str]) -> None:
    """Delete a bucket's rows of these regions, and those of wholes that they are part of."""
    marks = ", ".join("?" * len(regions))
    sql = f"DELETE FROM {table} WHERE at = ? AND (region = '' OR region IN ({marks}))"
    await transaction.many(sql, [(at, *regions)])


def _place(row: Values) -> str:
    """Text sorts in half the time that tuples take."""
    _, check, region, service, component, *_ = row
    return f"{service}\0{component}\0{check}\0{region}"


def upsert(table: str, rows: str = f"VALUES ({', '.join('?' * len(ROLLUP))})") -> str:
    """The statement that puts rows; one that is there already as it would be, or was made of more,
    is left alone.
    """
    there = ", ".join(f"{table}.{column}" for column in _CHANGED)
    new = ", ".join(f"excluded.{column}" for column in _CHANGED)
    return (
        f"INSERT INTO {table} ({COLUMNS}) {rows} ON CONFLICT (at, {_KEY}) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in _CHANGED)
        # some of its parts may have been forgotten
        + f" WHERE excluded.looks >= {table}.looks AND ({new}) <> ({there})"
    )
