"""Results: added in bulk and once only, read back in pages, chunks, or since a moment."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.encoding import to_text
from coordinator.store.database import Database
from coordinator.store.paging import Page, cursor_of, position
from coordinator.store.results.adding import PostgresAdding, SqliteAdding
from coordinator.store.results.result_rows import COLUMNS, from_row
from coordinator.store.results.striking import COUNTS
from worker.contract.instant import Instant
from worker.contract.result import Result

_SELECT: Final = f"SELECT {COLUMNS} FROM result"
_AS_TOLD: Final = (
    "SELECT result.id FROM json_each(?) AS told CROSS JOIN result ON result.scheduled_at ="
    " told.value ->> 0 AND result.id = told.value ->> 1 AND result.received_at = told.value ->> 2"
)
_AS_LISTED: Final = (
    "SELECT result.id FROM unnest(?::bigint[], ?::text[], ?::bigint[]) AS told(due, id, at) JOIN"
    " result ON result.scheduled_at = told.due AND result.id = told.id AND result.received_at ="
    " told.at"
)
_DUE_SINCE: Final = (
    'SELECT result."check", region, scheduled_at FROM json_each(?) AS told CROSS JOIN result'
    ' ON result."check" = told.value ->> 0 AND scheduled_at >= told.value ->> 1 WHERE attempt = 0'
)
_DUE_SINCE_POSTGRES: Final = (
    'SELECT result."check", region, scheduled_at FROM unnest(?::text[], ?::bigint[])'
    ' AS told(name, at) JOIN result ON result."check" = told.name AND scheduled_at >= told.at'
    " WHERE attempt = 0 AND scheduled_at >= ?"
)
_NEVER: Final = -(2**63)
_EVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results: equal in every field that is given, and scheduled in [since, until)."""

    service: str | None = None
    component: str | None = None
    region: str | None = None
    worker: str | None = None
    check: str | None = None
    reason: str | None = None
    ok: bool | None = None
    since: Instant | None = None
    until: Instant | None = None

    def conditions(self) -> tuple[list[str], list[Any]]:
        """The SQL conditions and their values."""
        sql: list[str] = []
        values: list[Any] = []
        for name in ("service", "component", "region", "worker", "check", "reason", "ok"):
            value = getattr(self, name)
            if value is not None:
                sql.append(f'"{name}" = ?')
                values.append(value)
        for bound, condition in (
            (self.since, "scheduled_at >= ?"),
            (self.until, "scheduled_at < ?"),
        ):
            if bound is not None:
                sql.append(condition)
                values.append(bound)
        return sql, values


class Results:
    """Every query about results."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._adding = SqliteAdding(database) if database.is_sqlite else PostgresAdding(database)

    async def add(self, results: Sequence[Result], writer: str = "") -> list[Result]:
        """Store those that are new, in one transaction, and return them. A repeat has the same id
        and is left out.

        The minutes that they fall into are noted in the same transaction, to be rolled up. `writer`
        is the name of this process when several store; FencedError when it was taken for dead.
        """
        fresh = {result.id: result for result in results}
        if len(fresh) < len(results):  # the first of those with one id counts
            fresh = {result.id: result for result in reversed(results)}
        return await self._adding.add(fresh, writer) if fresh else []

    async def stored_as(self, results: Sequence[Result]) -> list[Result]:
        """Those of these results that are stored with the stamp that they have: it was they that
        were new.

        For after a commit of which nobody knows whether it was done, because the connection broke.
        """
        fresh = {result.id: result for result in reversed(results)}
        keys = [(result.scheduled_at, result.id, result.received_at) for result in fresh.values()]
        if self._database.is_sqlite:
            rows = await self._database.fetch(_AS_TOLD, to_text(keys))
        else:
            rows = await self._database.fetch(_AS_LISTED, *map(list, zip(*keys, strict=True)))
        return [fresh[row["id"]] for row in rows]

    async def due_since(self, moments: Mapping[str, Instant]) -> set[tuple[str, str, Instant]]:
        """(check, region, scheduled_at) of the regular looks of these checks that were due since a
        moment, each since its own.
        """
        if not moments:
            return set()
        if self._database.is_sqlite:
            rows = await self._database.fetch(_DUE_SINCE, to_text(list(moments.items())))
        else:
            told = list(moments), list(moments.values()), min(moments.values())
            rows = await self._database.fetch(_DUE_SINCE_POSTGRES, *told)
        return {(row["check"], row["region"], row["scheduled_at"]) for row in rows}

    async def recent(self, received_since: Instant, before: Instant = _EVER) -> list[Result]:
        """Everything received at or after a moment, and before another, oldest first."""
        sql = f"{_SELECT} WHERE received_at >= ? AND received_at < ? ORDER BY received_at, id"
        return [from_row(row) for row in await self._database.fetch(sql, received_since, before)]

    async def received(
        self,
        after: tuple[Instant, str],
        before: Instant,
        limit: int,
        late_ms: int | None = None,
    ) -> list[Result]:
        """What was received behind a position (moment and id) and before a moment and counts, in
        that order, up to a limit; all of it, or what came in more than `late_ms` after it was due.
        """
        late = "" if late_ms is None else f"AND received_at - scheduled_at > {late_ms:d} "
        sql = (
            f"{_SELECT} WHERE (received_at, id) > (?, ?) AND received_at < ? AND {COUNTS} {late}"
            "ORDER BY received_at, id LIMIT ?"
        )
        return [from_row(row) for row in await self._database.fetch(sql, *after, before, limit)]

    async def last_received_at(self) -> Instant | None:
        """When the newest result was received."""
        rows = await self._database.fetch("SELECT max(received_at) AS newest FROM result")
        newest: Instant | None = rows[0]["newest"]
        return newest

    async def count_and_first(self) -> tuple[int, Instant | None]:
        """How many results there are, and when the first was received."""
        rows = await self._database.fetch(
            "SELECT count(*) AS number, min(received_at) AS first FROM result"
        )
        return rows[0]["number"], rows[0]["first"]

    async def page(
        self, wanted: ResultFilter = ResultFilter(), cursor: str | None = None, limit: int = 100
    ) -> Page[Result]:
        """One page, newest first by when the look was due."""
        conditions, values = wanted.conditions()
        if cursor is not None:
            conditions.append("(scheduled_at, id) < (?, ?)")
            values.extend(position(cursor))
        sql = f"{_SELECT}{_where(conditions)} ORDER BY scheduled_at DESC, id DESC LIMIT ?"
        items = [from_row(row) for row in await self._database.fetch(sql, *values, limit + 1)]
        if len(items) <= limit:
            return Page(items, None)
        return Page(items[:limit], cursor_of(items[limit - 1].scheduled_at, items[limit - 1].id))

    async def chunks(
        self, wanted: ResultFilter = ResultFilter(), size: int = 5000
    ) -> AsyncIterator[list[Result]]:
        """Everything wanted, in the order in which it was received: what export and replay read."""
        conditions, values = wanted.conditions()
        sql = (
            f"{_SELECT}{_where([*conditions, '(received_at, id) > (?, ?)'])} ORDER BY received_at,"
            " id LIMIT ?"
        )
        at, identifier = _NEVER, ""
        while chunk := [
            from_row(row) for row in await self._database.fetch(sql, *values, at, identifier, size)
        ]:
            yield chunk
            at, identifier = chunk[-1].received_at, chunk[-1].id


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
