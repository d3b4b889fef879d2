"""What exports ask of the store beside results: every row behind a position, in chunks, oldest
first.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

from coordinator.encoding import from_text
from coordinator.store.database import Database, Row
from coordinator.store.paging import position
from coordinator.store.results.results import ResultFilter
from coordinator.store.state.incident_rows import ALL, parts_of

CHUNK: Final = 500
_ROLLUP: Final = 'at, service, component, "check", region, looks, good, bad, reasons, sketch'


class Exporting:
    """Every query about whole datasets that are kept in the store alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def incidents(self, wanted: ResultFilter, cursor: str | None) -> AsyncIterator[list[Row]]:
        """Incidents as they were opened; lists and parts as values, instants in milliseconds."""
        columns = ", ".join(ALL)
        async for rows in self._by_time(
            f"SELECT {columns} FROM incident", "opened_at", "id", wanted, cursor
        ):
            yield [row for row in map(_incident, rows) if _hits(row, wanted)]

    async def verdicts(self, wanted: ResultFilter, cursor: str | None) -> AsyncIterator[list[Row]]:
        """Verdicts as they were said."""
        async for rows in self._by_time(
            "SELECT service, at, record FROM verdict", "at", "service", wanted, cursor
        ):
            yield [row for row in map(_verdict, rows) if _hits(row, wanted)]

    async def rollups(self, wanted: ResultFilter, cursor: str | None) -> AsyncIterator[list[Row]]:
        """The hours of each check and region, with their sketches; `reasons` as values."""
        at, identifier = position(cursor) if cursor is not None else (-(2**62), "//")
        after: tuple[Any, ...] = (at, *identifier.split("/"))
        equal = {
            name: getattr(wanted, name) for name in ("service", "component", "region", "check")
        }
        given = {name: value for name, value in equal.items() if value is not None}
        conditions = "".join(f' AND "{name}" = ?' for name in given)
        sql = (
            f"SELECT {_ROLLUP} FROM rollup_hour "
            'WHERE (at, service, "check", region) > (?, ?, ?, ?) AND at >= ? AND at < ? '
            f"AND \"check\" <> '' AND region <> ''{conditions} "
            f'ORDER BY at, service, "check", region LIMIT {CHUNK}'
        )
        while rows := await self._database.fetch(sql, *after, *_bounds(wanted), *given.values()):
            yield [{**row, "reasons": from_text(row["reasons"])} for row in rows]
            last = rows[-1]
            after = last["at"], last["service"], last["check"], last["region"]

    async def workers(self, wanted: ResultFilter, cursor: str | None) -> AsyncIterator[list[Row]]:
        """Workers by region and name."""
        region, _, worker = (
            position(cursor)[1].partition("/") if cursor is not None else ("", "", "")
        )
        rows = await self._database.fetch(
            "SELECT region, worker, first_heard_at, last_heard_at, address, asn, ip_country, vitals"
            " FROM worker WHERE (region, worker) > (?, ?) AND last_heard_at >= ? AND last_heard_at"
            " < ? ORDER BY region, worker",
            region,
            worker,
            *_bounds(wanted),
        )
        yield [
            {**row, "vitals": None if row["vitals"] is None else from_text(row["vitals"])}
            for row in rows
            if wanted.region in (None, row["region"]) and wanted.worker in (None, row["worker"])
        ]

    async def _by_time(
        self, select: str, at: str, identifier: str, wanted: ResultFilter, cursor: str | None
    ) -> AsyncIterator[list[Row]]:
        after = position(cursor) if cursor is not None else (-(2**62), "")
        service = "" if wanted.service is None else " AND service = ?"
        sql = (
            f"{select} WHERE ({at}, {identifier}) > (?, ?) AND {at} >= ? AND {at} < ?{service} "
            f"ORDER BY {at}, {identifier} LIMIT {CHUNK}"
        )
        given = [*_bounds(wanted), *([] if wanted.service is None else [wanted.service])]
        while rows := await self._database.fetch(sql, *after, *given):
            yield rows
            after = rows[-1][at], rows[-1][identifier]


def _bounds(wanted: ResultFilter) -> tuple[int, int]:
    return (
        -(2**62) if wanted.since is None else wanted.since,
        2**62 if wanted.until is None else wanted.until,
    )


def _hits(row: Row, wanted: ResultFilter) -> bool:
    return (wanted.region is None or wanted.region in row["regions"]) and (
        wanted.component is None or wanted.component in row["components"]
    )


def _incident(row: Row) -> dict[str, Any]:
    return {
        **row,
        "regions": from_text(row["regions"]),
        "components": from_text(row["components"]),
        "parts": [part.to_document() for part in parts_of(row)],
        "intermittent": bool(row["intermittent"]),
        "withdrawn": bool(row["withdrawn"]),
        "cause": row["cause"] or None,
    }


def _verdict(row: Row) -> dict[str, Any]:
    document = from_text(row["record"])
    return {
        **document,
        "service": row["service"],
        "at": row["at"],
        "evidence": document.get("evidence"),
    }
