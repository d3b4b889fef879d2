"""The times at which windows came, come and will come: a record that outlives their announcement,
and all that readers need.
"""

from collections.abc import Sequence
from typing import Any, Final

from coordinator.domain.maintenance.window import Occurrence
from coordinator.encoding import from_text, to_text
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant

_COLUMNS: Final = '"source", "window", "since", "until", "title", "targets", "regions"'
_PUT: Final = (
    f"INSERT INTO maintenance_time ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
    ' ON CONFLICT ("source", "window", "since") DO UPDATE SET "until" = excluded."until",'
    ' "title" = excluded."title", "targets" = excluded."targets", "regions" = excluded."regions"'
)
_BETWEEN: Final = (
    f'SELECT {_COLUMNS} FROM maintenance_time WHERE "until" > ? AND "since" < ?'
    ' ORDER BY "since", "source", "window" LIMIT ?'
)
_CUT: Final = 'UPDATE maintenance_time SET "until" = ? WHERE "since" < ? AND "until" > ?'
_CLEAR: Final = 'DELETE FROM maintenance_time WHERE "since" >= ? AND "since" < ?'
MOST: Final = 10_000


class MaintenanceTimes:
    """Every query about when maintenance was and will be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(self, since: Instant, until: Instant, limit: int = MOST) -> list[Occurrence]:
        """The times that touch [since, until), in order."""
        return [
            _occurrence(row) for row in await self._database.fetch(_BETWEEN, since, until, limit)
        ]

    async def replace(self, known: Sequence[Occurrence], at: Instant, until: Instant) -> None:
        """Keep what is known of the times that go on at a moment or come until another one. Of
        those that are not known any more, the future ones go, and those that go on end now.
        """
        async with self._database.transaction() as transaction:
            await transaction.many(_CUT, [(at, at, at)])
            await transaction.many(_CLEAR, [(at, until)])
            await transaction.many(_PUT, [_row(one) for one in known if one.until > at])


def _row(one: Occurrence) -> list[Any]:
    lists = (to_text(sorted(one.targets)), to_text(sorted(one.regions)))
    return [one.source, one.window, one.since, one.until, one.title, *lists]


def _occurrence(row: Row) -> Occurrence:
    return Occurrence(
        window=row["window"],
        title=row["title"],
        source=row["source"],
        since=row["since"],
        until=row["until"],
        targets=frozenset(from_text(row["targets"])),
        regions=frozenset(from_text(row["regions"])),
    )
