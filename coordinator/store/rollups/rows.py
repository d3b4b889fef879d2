"""Rows of rollups on their way in and out of the tables: grouped by the database, and put there in
bulk.
"""

from asyncio import to_thread
from collections.abc import Sequence
from typing import Final

from coordinator.domain.rollups.columns import ROLLUP, Values
from coordinator.store.database import Database
from worker.contract.instant import Instant

COLUMNS: Final = ", ".join(f'"{name}"' for name in ROLLUP)
_KEY: Final = 'service, component, "check", region'
_CHANGE: Final = "change"
"""The column of hours alone: which change of them was the last of a row."""
_CHANGED: Final = ("looks", "good", "bad", "reasons", "sketch")
_GONE: Final = (
    f"INSERT INTO rollup_gone (at, {_KEY}, change) SELECT at, {_KEY}, CAST(? AS BIGINT) FROM"
    " rollup_hour WHERE at = ? AND \"check\" <> ''"
)
_GONE_AGAIN: Final = f"ON CONFLICT (at, {_KEY}) DO UPDATE SET change = excluded.change"
_MADE: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS rollup_made (LIKE rollup_hour INCLUDING DEFAULTS)"
    " ON COMMIT DELETE ROWS"
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
        f"WHERE at IN ({', '.join('?' * starts)}) AND {range_of} AND \"check\" <> ''"
        f" AND region <> '' GROUP BY {_KEY}"
    )


async def put(
    transaction: Database,
    table: str,
    rows: Sequence[Values],
    *,
    first: bool,
    change: int | None = None,
) -> None:
    """Put rows into a table, over those of the same key that hold no more looks; `first` when there
    is none yet. Those that are new or different get the number of the change, if there is one.
    """
    if not rows:
        return
    columns = ROLLUP if change is None else (*ROLLUP, _CHANGE)
    if change is not None:
        rows = [(*row, change) for row in rows]
    if transaction.is_sqlite:
        await transaction.many(upsert(table, columns), rows)
    elif first:
        # the key's index stays dense
        await transaction.copy(table, columns, await to_thread(sorted, rows, key=_place))
    else:
        await transaction.fetch(_MADE)
        await transaction.copy("rollup_made", columns, rows)
        made = f"SELECT {_quoted(columns)} FROM rollup_made"
        await transaction.fetch(upsert(table, columns, made))


async def clear(transaction: Database, table: str, at: Instant, regions: Sequence[str]) -> None:
    """Delete a bucket's rows of these regions, and those of wholes that they are part of."""
    marks = ", ".join("?" * len(regions))
    sql = f"DELETE FROM {table} WHERE at = ? AND (region = '' OR region IN ({marks}))"
    await transaction.many(sql, [(at, *regions)])


async def note_gone(
    transaction: Database, at: Instant, regions: Sequence[str], change: int
) -> None:
    """Before `clear`, of an hour: exports gave its rows away, and have to take back those that do
    not come again.
    """
    marks = ", ".join("?" * len(regions))
    sql = f"{_GONE} AND region IN ({marks}) {_GONE_AGAIN}"
    await transaction.many(sql, [(change, at, *regions)])


def _place(row: Values) -> str:
    """Text sorts in half the time that tuples take."""
    _, check, region, service, component, *_ = row
    return f"{service}\0{component}\0{check}\0{region}"


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def upsert(table: str, columns: Sequence[str] = ROLLUP, rows: str = "") -> str:
    """The statement that puts rows; one that is there already as it would be, or was made of more,
    is left alone.
    """
    given = rows or f"VALUES ({', '.join('?' * len(columns))})"
    set_anew = [*_CHANGED, *columns[len(ROLLUP) :]]
    there = ", ".join(f"{table}.{column}" for column in _CHANGED)
    new = ", ".join(f"excluded.{column}" for column in _CHANGED)
    return (
        f"INSERT INTO {table} ({_quoted(columns)}) {given} ON CONFLICT (at, {_KEY}) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in set_anew)
        # some of its parts may have been forgotten
        + f" WHERE excluded.looks >= {table}.looks AND ({new}) <> ({there})"
    )
