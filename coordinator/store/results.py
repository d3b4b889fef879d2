"""Results: added in bulk and once only, read back in pages, chunks, or since a moment."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.store.database import Database, Row
from coordinator.store.encoding import from_text, to_text
from coordinator.store.paging import Page, cursor_of, position
from worker.contract.instant import Instant
from worker.contract.outcome import Blame, Reason
from worker.contract.result import FIELDS, Result

_COLUMNS: Final = ", ".join(f'"{name}"' for name in FIELDS)
_INSERT: Final = f"INSERT INTO result ({_COLUMNS}) VALUES ({', '.join('?' * len(FIELDS))}) ON CONFLICT (id) DO NOTHING"  # noqa: S608
_SELECT: Final = f"SELECT {_COLUMNS} FROM result"  # noqa: S608
_REASONS: Final = {reason.value: reason for reason in Reason}
_BLAMES: Final = {blame.value: blame for blame in Blame}
_NEVER: Final = -(2**63)


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
        for bound, condition in ((self.since, "scheduled_at >= ?"), (self.until, "scheduled_at < ?")):
            if bound is not None:
                sql.append(condition)
                values.append(bound)
        return sql, values


class Results:
    """Every query about results."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, results: Sequence[Result]) -> list[Result]:
        """Store those that are new, in one transaction, and return them. A repeat has the same id and is left out."""
        fresh = {result.id: result for result in reversed(results)}
        if not fresh:
            return []
        async with self._database.transaction() as transaction:
            for known in await _known(transaction, list(fresh)):
                del fresh[known]
            new = [result for result in results if fresh.get(result.id) is result]
            await transaction.many(_INSERT, map(_row, new))
        return new

    async def recent(self, received_since: Instant) -> list[Result]:
        """Everything received at or after a moment, oldest first."""
        sql = f"{_SELECT} WHERE received_at >= ? ORDER BY received_at, id"
        return [_result(row) for row in await self._database.fetch(sql, received_since)]

    async def last_received_at(self) -> Instant | None:
        """When the newest result was received."""
        rows = await self._database.fetch("SELECT max(received_at) AS newest FROM result")
        newest: Instant | None = rows[0]["newest"]
        return newest

    async def page(
        self, wanted: ResultFilter = ResultFilter(), cursor: str | None = None, limit: int = 100
    ) -> Page[Result]:
        """One page, newest first by when the look was due."""
        conditions, values = wanted.conditions()
        if cursor is not None:
            conditions.append("(scheduled_at, id) < (?, ?)")
            values.extend(position(cursor))
        sql = f"{_SELECT}{_where(conditions)} ORDER BY scheduled_at DESC, id DESC LIMIT ?"
        items = [_result(row) for row in await self._database.fetch(sql, *values, limit + 1)]
        if len(items) <= limit:
            return Page(items, None)
        return Page(items[:limit], cursor_of(items[limit - 1].scheduled_at, items[limit - 1].id))

    async def chunks(self, wanted: ResultFilter = ResultFilter(), size: int = 5000) -> AsyncIterator[list[Result]]:
        """Everything wanted, in the order in which it was received: what export and replay read."""
        conditions, values = wanted.conditions()
        sql = f"{_SELECT}{_where([*conditions, '(received_at, id) > (?, ?)'])} ORDER BY received_at, id LIMIT ?"
        at, identifier = _NEVER, ""
        while chunk := [_result(row) for row in await self._database.fetch(sql, *values, at, identifier, size)]:
            yield chunk
            at, identifier = chunk[-1].received_at, chunk[-1].id


async def _known(database: Database, ids: list[str]) -> Iterable[str]:
    if database.is_sqlite:
        rows = await database.fetch("SELECT id FROM result WHERE id IN (SELECT value FROM json_each(?))", to_text(ids))
    else:
        rows = await database.fetch("SELECT id FROM result WHERE id = ANY(?)", ids)
    return [row["id"] for row in rows]


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _row(result: Result) -> list[Any]:
    return [
        result.id,
        result.check,
        result.service,
        result.component,
        result.kind,
        result.region,
        result.worker,
        result.scheduled_at,
        result.started_at,
        result.received_at,
        result.attempt,
        result.ok,
        result.reason.value,
        result.blame.value,
        result.detail,
        result.status_code,
        result.dns_ms,
        result.connect_ms,
        result.tls_ms,
        result.ttfb_ms,
        result.total_ms,
        result.ip,
        result.asn,
        result.ip_country,
        to_text(dict(result.extra)) if result.extra else "{}",
    ]


def _result(row: Row) -> Result:
    row["ok"] = bool(row["ok"])
    row["reason"] = _REASONS[row["reason"]]
    row["blame"] = _BLAMES[row["blame"]]
    row["extra"] = {} if row["extra"] == "{}" else from_text(row["extra"])
    return Result(**row)
