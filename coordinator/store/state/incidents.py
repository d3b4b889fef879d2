"""Incidents and their timelines."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.verdict import Verdict
from coordinator.encoding import to_text
from coordinator.store.changes import INCIDENTS, latest_change, next_change
from coordinator.store.database import Database
from coordinator.store.paging import Page, cursor_of, position
from coordinator.store.state.events import INCIDENT, News, append
from coordinator.store.state.incident_counts import Opened, opened
from coordinator.store.state.incident_rows import (
    ALL,
    CHANGE,
    COLUMNS,
    LINE,
    detail,
    document,
    failing_share,
    from_row,
    line,
    to_line,
    to_row,
)
from worker.contract.instant import Instant, rfc3339

_SELECT: Final = (
    f"SELECT {', '.join(f'incident.{name}' for name in COLUMNS)}, other.service AS cause_service,"
    " incident_context.document AS context FROM incident"
    " LEFT JOIN incident AS other ON other.id = incident.cause"
    " LEFT JOIN incident_context ON incident_context.incident = incident.id"
)
_REACHES: Final = "incident.regions LIKE ? ESCAPE '!' OR incident.parts LIKE ? ESCAPE '!'"
_PUT_COLUMNS: Final = (*ALL, CHANGE)
_PUT: Final = (
    f"INSERT INTO incident ({', '.join(_PUT_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(_PUT_COLUMNS))}) ON CONFLICT (id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _PUT_COLUMNS[1:])} "
    "WHERE incident.updated_at <= excluded.updated_at"
)
_PUT_LINE: Final = (
    f"INSERT INTO timeline ({', '.join(LINE)}) VALUES ({', '.join('?' * len(LINE))}) "
    "ON CONFLICT (incident, at, event) DO NOTHING RETURNING incident"
)
_GET_LINES: Final = (
    f"SELECT {', '.join(LINE[1:-1])} FROM timeline WHERE incident = ? ORDER BY at, id"
)
_GET_EVIDENCE: Final = (
    f"SELECT {', '.join(LINE[1:])} FROM timeline WHERE incident = ? ORDER BY at, id"
)
_GET_LAST_EVIDENCE: Final = (
    "SELECT evidence FROM timeline WHERE incident = ? AND event NOT IN (?, ?, ?)"
    " AND evidence IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1"
)
_ALIKE: Final = (
    f"{_SELECT} WHERE (incident.cause = ? OR incident.id = ?) AND incident.id <> ? "
    "ORDER BY incident.started_by, incident.id"
)

Line = tuple[IncidentEvent, Verdict | None]
"""What happened to an incident, and the verdict of its service at that moment, as far as it is
known.
"""
Document = dict[str, Any]


class Incidents:
    """Every query about incidents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(self, *events: IncidentEvent) -> None:
        """Write events into their incidents and timelines, without evidence."""
        await self.apply_lines((event, None) for event in events)

    async def apply_lines(self, lines: Iterable[Line]) -> None:
        """Write events with their evidence into incidents and timelines, together.

        A repeat or an older event changes nothing. Of two of one kind at one moment the last tells
        how it ended up.
        """
        last = {
            (event.incident.id, event.at, event.moment): (event, verdict)
            for event, verdict in lines
        }
        if not last:
            return
        async with self._database.transaction() as transaction:
            change = await next_change(transaction, INCIDENTS)
            rows = ([*to_row(event), change] for event, _ in last.values())
            await transaction.many(_PUT, rows)
            news = [
                await self._news(transaction, told[0])
                for told in last.values()
                if await transaction.fetch(_PUT_LINE, *to_line(*told))
            ]
            await append(transaction, news)

    async def _news(self, transaction: Database, event: IncidentEvent) -> News:
        """The event as all are told of it: what happened, and the incident as it is now."""
        incident = event.incident
        rows = await transaction.fetch(f"{_SELECT} WHERE incident.id = ?", incident.id)
        told = {"at": rfc3339(event.at), "event": str(event.moment)}
        note = event.note or incident.reason
        whole = {**told, "note": note, "incident": document(rows[0])}
        return News(event.at, f"{INCIDENT}{event.moment}", whole, incident.service)

    async def latest_change(self) -> int:
        """A number that is another one after each change of an incident."""
        return await latest_change(self._database, INCIDENTS)

    async def open(self) -> list[Incident]:
        """The incidents that go on, oldest first: what the judge starts from again."""
        rows = await self._database.fetch(
            f"{_SELECT} WHERE incident.resolved_at IS NULL ORDER BY incident.opened_at, incident.id"
        )
        return [from_row(row) for row in rows]

    async def opened(self) -> dict[str, Opened]:
        """How many began, by service, and which the last was."""
        return await opened(self._database)

    async def one(self, identifier: str) -> Incident | None:
        """The incident of this id; None when there is none."""
        rows = await self._database.fetch(f"{_SELECT} WHERE incident.id = ?", identifier)
        return from_row(rows[0]) if rows else None

    async def between(self, since: Instant, until: Instant) -> list[Incident]:
        """The incidents that were opened before a moment and were not over before another, oldest
        first.
        """
        rows = await self._database.fetch(
            f"{_SELECT} WHERE incident.opened_at < ? AND (incident.resolved_at IS NULL OR"
            " incident.resolved_at >= ?) ORDER BY incident.opened_at, incident.id",
            until,
            since,
        )
        return [from_row(row) for row in rows]

    async def lately(self, service: str, since: Instant) -> list[Incident]:
        """The incidents of a service that go on or were resolved since a moment, oldest first."""
        rows = await self._database.fetch(
            f"{_SELECT} WHERE incident.service = ? AND (incident.resolved_at IS NULL OR"
            " incident.resolved_at >= ?) ORDER BY incident.opened_at, incident.id",
            service,
            since,
        )
        return [from_row(row) for row in rows]

    async def page(
        self,
        service: str | None = None,
        open_only: bool = False,
        cursor: str | None = None,
        limit: int = 100,
        *,
        region: str | None = None,
    ) -> Page[Document]:
        """One page of incidents as dicts, the newest first by when they were opened; only those
        that reach a region or ever did, when one is given.
        """
        conditions, values = ["1 = 1"], list[Any]()
        if service is not None:
            conditions.append("incident.service = ?")
            values.append(service)
        if region is not None:
            conditions.append(f"({_REACHES})")
            name = to_text(region).replace("_", "!_")
            values += [f"%{name}%", f'%["region",{name},%']
        if open_only:
            conditions.append("incident.resolved_at IS NULL")
        if cursor is not None:
            conditions.append("(incident.opened_at, incident.id) < (?, ?)")
            values.extend(position(cursor))
        order = "ORDER BY incident.opened_at DESC, incident.id DESC LIMIT ?"
        rows = await self._database.fetch(
            f"{_SELECT} WHERE {' AND '.join(conditions)} {order}", *values, limit + 1
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            [document(row) for row in rows[:limit]],
            cursor_of(last["opened_at"], last["id"]) if last else None,
        )

    async def get(self, identifier: str) -> tuple[Document, list[Document]] | None:
        """One incident with its parts, and its timeline, oldest line first; None when there is none
        of this id.
        """
        rows = await self._database.fetch(f"{_SELECT} WHERE incident.id = ?", identifier)
        if not rows:
            return None
        lines = await self._database.fetch(_GET_LINES, identifier)
        return detail(rows[0]), [line(row) for row in lines]

    async def failing_share(self, incident: Document) -> Document | None:
        """The failing share that the last verdict tells which is kept of it, before it was
        resolved or withdrawn, and while it was claimed; None when none does.
        """
        over = (str(Moment.ENDING), str(Moment.RESOLVED), str(Moment.WITHDRAWN))
        rows = await self._database.fetch(_GET_LAST_EVIDENCE, incident["id"], *over)
        return failing_share(rows[0], incident) if rows else None

    async def evidence(self, identifier: str) -> list[Document]:
        """The timeline of one incident, each line with the document of the verdict that stood then,
        or None.
        """
        return [line(row) for row in await self._database.fetch(_GET_EVIDENCE, identifier)]

    async def alike(self, found: Document) -> list[Document]:
        """The other incidents that most likely have the cause of this one, oldest first, as `page`
        gives them.
        """
        root = found["cause"]["id"] if found["cause"] else found["id"]
        return [
            document(row) for row in await self._database.fetch(_ALIKE, root, root, found["id"])
        ]


async def documents_of(database: Database, identifiers: Collection[str]) -> list[Document]:
    """These incidents as dicts, in the order of their ids."""
    marks = ", ".join("?" * len(identifiers))
    sql = f"{_SELECT} WHERE incident.id IN ({marks}) ORDER BY incident.id"
    return [document(row) for row in await database.fetch(sql, *identifiers)]
