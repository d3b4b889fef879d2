"""Incidents and their timelines."""

from typing import Any, Final

from coordinator.domain.incident import Incident, IncidentEvent
from coordinator.domain.verdict import Scope, Severity
from coordinator.store.database import Database, Row
from coordinator.store.encoding import from_text, moment, to_text
from coordinator.store.paging import Page, cursor_of, position

_COLUMNS: Final = (
    "id",
    "service",
    "severity",
    "scope",
    "peak",
    "regions",
    "components",
    "reason",
    "opened_at",
    "started_after",
    "started_by",
    "ended_after",
    "ended_by",
    "resolved_at",
)
_TIMES: Final = _COLUMNS[_COLUMNS.index("opened_at") :]
_ALL: Final = (*_COLUMNS, "updated_at")
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM incident"  # noqa: S608
_PUT: Final = (
    f"INSERT INTO incident ({', '.join(_ALL)}) VALUES ({', '.join('?' * len(_ALL))}) "  # noqa: S608
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _ALL[1:])} "
    "WHERE incident.updated_at <= excluded.updated_at"
)
_LINE: Final = (
    "INSERT INTO timeline (incident, at, event, severity, scope, regions, components, reason) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (incident, at, event) DO NOTHING"
)


class Incidents:
    """Every query about incidents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(self, *events: IncidentEvent) -> None:
        """Write events into their incidents and timelines, together. A repeat or an older event changes nothing."""
        async with self._database.transaction() as transaction:
            await transaction.many(_PUT, (_incident_row(event) for event in events))
            await transaction.many(_LINE, (_timeline_row(event) for event in events))

    async def open(self) -> list[Incident]:
        """The incidents that go on, oldest first: what the judge starts from again."""
        rows = await self._database.fetch(f"{_SELECT} WHERE resolved_at IS NULL ORDER BY opened_at, id")
        return [_incident(row) for row in rows]

    async def page(
        self, service: str | None = None, open_only: bool = False, cursor: str | None = None, limit: int = 100
    ) -> Page[dict[str, Any]]:
        """One page of incidents as dicts, the newest first by when they were opened."""
        conditions, values = ["1 = 1"], list[Any]()
        if service is not None:
            conditions.append("service = ?")
            values.append(service)
        if open_only:
            conditions.append("resolved_at IS NULL")
        if cursor is not None:
            conditions.append("(opened_at, id) < (?, ?)")
            values.extend(position(cursor))
        sql = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY opened_at DESC, id DESC LIMIT ?"
        rows = await self._database.fetch(sql, *values, limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            [_document(row) for row in rows[:limit]], cursor_of(last["opened_at"], last["id"]) if last else None
        )

    async def get(self, identifier: str) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """One incident and its timeline, oldest line first; None when there is none of this id."""
        rows = await self._database.fetch(f"{_SELECT} WHERE id = ?", identifier)
        if not rows:
            return None
        lines = await self._database.fetch(
            "SELECT at, event, severity, scope, regions, components, reason FROM timeline "
            "WHERE incident = ? ORDER BY at, id",
            identifier,
        )
        return _document(rows[0]), [_line(line) for line in lines]


def _incident_row(event: IncidentEvent) -> list[Any]:
    incident = event.incident
    values: list[Any] = [getattr(incident, name) for name in _COLUMNS]
    for name in ("severity", "scope", "peak"):
        values[_COLUMNS.index(name)] = str(getattr(incident, name))
    for name in ("regions", "components"):
        values[_COLUMNS.index(name)] = to_text(getattr(incident, name))
    return [*values, event.at]


def _timeline_row(event: IncidentEvent) -> list[Any]:
    incident = event.incident
    return [
        incident.id,
        event.at,
        str(event.moment),
        str(incident.severity),
        str(incident.scope),
        to_text(incident.regions),
        to_text(incident.components),
        incident.reason,
    ]


def _incident(row: Row) -> Incident:
    values = {
        **row,
        "severity": Severity(row["severity"]),
        "scope": Scope(row["scope"]),
        "peak": Scope(row["peak"]),
        "regions": tuple(from_text(row["regions"])),
        "components": tuple(from_text(row["components"])),
    }
    return Incident(**values)


def _document(row: Row) -> dict[str, Any]:
    document = {**row, "regions": from_text(row["regions"]), "components": from_text(row["components"])}
    return document | {name: moment(row[name]) for name in _TIMES}


def _line(row: Row) -> dict[str, Any]:
    return {
        **row,
        "at": moment(row["at"]),
        "regions": from_text(row["regions"]),
        "components": from_text(row["components"]),
    }
