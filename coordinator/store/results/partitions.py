"""Tables of PostgreSQL that are partitioned by day: a day is made before it is written to, and
dropped as a whole.
"""

from typing import Final

from coordinator.store.database import Database
from worker.contract.instant import Instant

DAY_MS: Final = 86_400_000
LOCK: Final = 0x0075_5C0DA
"""PostgreSQL advisory lock that whoever adds or drops a day holds, so that two who add the same one
agree.
"""


def day_of(at: Instant) -> int:
    """Days since 1970, UTC."""
    return at // DAY_MS


def name_of(table: str, day: int) -> str:
    """The partition of a day: `result_p20781`, days since 1970."""
    return f"{table}_p{day}"


async def add_day(database: Database, table: str, day: int) -> None:
    """Make the partition of a day, in the caller's transaction, unless it is there.

    It is made beside the table and then attached: readers and writers go on meanwhile.
    """
    await database.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
    name = name_of(table, day)
    if await database.fetch("SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass(?)", name):
        return
    await database.fetch(f"CREATE TABLE IF NOT EXISTS {name} (LIKE {table} INCLUDING DEFAULTS)")
    low, high = day * DAY_MS, (day + 1) * DAY_MS
    await database.fetch(
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})"
    )


async def days(database: Database, table: str) -> list[int]:
    """The days that have a partition, oldest first."""
    rows = await database.fetch(
        "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = to_regclass(?)",
        table,
    )
    return sorted(int(row["name"].rpartition("_p")[2]) for row in rows)


async def drop_day(database: Database, table: str, day: int) -> None:
    """Drop a day with all that it holds. Readers and writers of other days are not held up.

    Detaching concurrently waits for those who use the table instead of blocking them, and takes no
    transaction around it; one that was interrupted is finished first.
    """
    name = name_of(table, day)
    found = await database.fetch(
        "SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhrelid = to_regclass(?)", name
    )
    if found:
        how = "FINALIZE" if found[0]["pending"] else "CONCURRENTLY"
        await database.client.execute_script(f"ALTER TABLE {table} DETACH PARTITION {name} {how}")
    await database.fetch(f"DROP TABLE IF EXISTS {name}")
