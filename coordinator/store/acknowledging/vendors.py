"""What vendors said on their pages, every wording, and when the pages were read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from coordinator.domain.acknowledging.hearing import Span, joined
from coordinator.domain.acknowledging.statement import Edit, Edits, Look
from coordinator.domain.acknowledging.words import Words, words_of
from coordinator.encoding import from_text, to_text
from coordinator.store.database import Database, Row
from coordinator.store.results.striking import COUNTS
from worker.contract.instant import Instant

_PUT: Final = (
    "INSERT INTO vendor_said (page, service, incident, digest, after, first_at, last_at, document)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (page, incident, digest) DO UPDATE SET"
    " after = excluded.after, first_at = excluded.first_at, last_at = excluded.last_at,"
    " document = excluded.document, service = excluded.service"
)
_LATE: Final = (
    "SELECT incident, digest, after, first_at, last_at, document FROM vendor_said WHERE page = ?"
)
_LOOKS: Final = (
    "SELECT started_at, received_at, ok, extra FROM result"
    ' WHERE "check" = ? AND scheduled_at >= ? AND received_at >= ?'
    f" AND {COUNTS} ORDER BY received_at, id"
)
_MOMENTS: Final = (
    'SELECT started_at FROM result WHERE "check" = ? AND scheduled_at >= ? AND ok = ?'
    f" AND extra NOT LIKE ? AND {COUNTS}"
)
_LEFT_OUT: Final = '%"left_out":%'
_PUT_HEARD: Final = (
    "INSERT INTO vendor_heard (page, since, until) VALUES (?, ?, ?)"
    " ON CONFLICT (page, since) DO UPDATE SET until = excluded.until"
)


class Vendors:
    """Every query about what vendors said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def looks(
        self, page: str, since: Instant, received: Instant
    ) -> tuple[list[Look], Instant]:
        """What was read of a page by looks due since a moment and received since another, oldest
        first, and when the last of them was received, heard or not.
        """
        rows = await self._database.fetch(_LOOKS, page, since, received)
        last = max((row["received_at"] for row in rows), default=received)
        return [_look(row) for row in rows if row["ok"]], last

    async def moments(self, page: str, since: Instant) -> list[Instant]:
        """When looks that were due since a moment read all of a page, in order."""
        rows = await self._database.fetch(_MOMENTS, page, since, True, _LEFT_OUT)
        return sorted(row["started_at"] for row in rows)

    async def said(self, page: str, since: Instant = 0) -> Edits:
        """What a page said that was read since a moment: all wordings of each such incident."""
        sql = (
            f"{_LATE} AND incident IN (SELECT incident FROM vendor_said WHERE page = ?"
            " AND last_at >= ?)"
        )
        return _edits(await self._database.fetch(sql, page, page, since))

    async def pages(self, service: str) -> list[str]:
        """The pages that ever said anything of a service."""
        sql = "SELECT DISTINCT page FROM vendor_said WHERE service = ? ORDER BY page"
        return [row["page"] for row in await self._database.fetch(sql, service)]

    async def edits(self, page: str, incident: str) -> list[Edit]:
        """All wordings of one incident on a page, in the order in which they came."""
        rows = await self._database.fetch(f"{_LATE} AND incident = ?", page, incident)
        return sorted(_edits(rows).values(), key=lambda edit: (edit.first_at, edit.last_at))

    async def keep(self, service: str, page: str, edits: Edits, heard: Sequence[Span]) -> None:
        """Keep wordings, and that the page was read; what is kept of the time between is joined."""
        async with self._database.transaction() as transaction:
            rows = (_row(service, page, name, edit) for (name, _), edit in edits.items())
            await transaction.many(_PUT, rows)
            if heard:
                await _hear(transaction, page, heard)

    async def heard(self, pages: Iterable[str], since: Instant) -> list[Span]:
        """When any of some pages was read, joined, from a moment on."""
        found: list[Span] = []
        for page in pages:
            sql = "SELECT since, until FROM vendor_heard WHERE page = ? AND until >= ?"
            found += [Span(**row) for row in await self._database.fetch(sql, page, since)]
        return list(joined(found))


async def _hear(transaction: Database, page: str, heard: Sequence[Span]) -> None:
    first, last = min(heard).since, max(span.until for span in heard)
    sql = (
        "DELETE FROM vendor_heard WHERE page = ? AND until >= ? AND since <= ?"
        " RETURNING since, until"
    )
    known = [Span(**row) for row in await transaction.fetch(sql, page, first, last)]
    spans = joined((*known, *heard))
    await transaction.many(_PUT_HEARD, ((page, span.since, span.until) for span in spans))


def _row(service: str, page: str, incident: str, edit: Edit) -> tuple[Any, ...]:
    document = {} if edit.words is None else asdict(edit.words)
    told = to_text(document)
    return (
        *(page, service, incident, edit.digest),
        *(edit.after, edit.first_at, edit.last_at, told),
    )


def _edits(rows: Iterable[Row]) -> dict[tuple[str, str], Edit]:
    return {(row["incident"], row["digest"]): _edit(row) for row in rows}


def _edit(row: Row) -> Edit:
    told = from_text(row["document"])
    words = _words(told) if told else None
    return Edit(row["digest"], row["first_at"], row["last_at"], words, row["after"])


def _words(told: Mapping[str, Any]) -> Words:
    lists = {name: tuple(told[name]) for name in ("names", "regions", "meant")}
    return Words(**{**told, **lists})


def _look(row: Row) -> Look:
    extra = from_text(row["extra"])
    told = extra.get("incidents", ())
    entries = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    words = tuple(one for one in map(words_of, entries) if one is not None)
    return Look(row["started_at"], words, whole="left_out" not in extra)
