"""What vendors said beside what we saw: rows that are made anew when either side is edited."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from coordinator.domain.acknowledging.acknowledgement import State
from coordinator.domain.acknowledging.sentences import sentence
from coordinator.encoding import from_text, to_text
from coordinator.store.changes import ACKNOWLEDGEMENTS, next_change
from coordinator.store.database import Database, Row
from coordinator.store.paging import Page, cursor_of, position
from coordinator.store.state.events import ACKNOWLEDGEMENT, News, append
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

COLUMNS: Final = (
    *("id", "service", "incident", "page", "said", "state", "at", "leads"),
    *("lag_ms", "lag_least_ms", "lag_most_ms", "backdated", "scope_right"),
    *("green_ms", "unheard_ms", "document"),
)
_ALL: Final = (*COLUMNS, "change")
_PUT: Final = (
    f"INSERT INTO acknowledgement ({', '.join(_ALL)}) VALUES ({', '.join('?' * len(_ALL))})"
    " ON CONFLICT (id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _ALL[1:])
)
_COUNTS: Final = (
    "SELECT count(*) AS number,"
    " sum(CASE WHEN scope_right THEN 1 ELSE 0 END) AS scope_right,"
    " count(scope_right) AS scope_told,"
    " sum(CASE WHEN backdated THEN 1 ELSE 0 END) AS backdated,"
    " sum(green_ms) AS green_ms, sum(unheard_ms) AS unheard_ms"
    " FROM acknowledgement WHERE service = ? AND leads = ? AND state = ? AND at >= ? AND at < ?"
)
_LAGS: Final = (
    "FROM acknowledgement WHERE service = ? AND leads = ? AND state = ? AND at >= ? AND at < ?"
)
_RIGHT: Final = {"right": True, "cannot_say": None}
Document = dict[str, Any]


class Acknowledgements:
    """Every query about acknowledgements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, documents: Sequence[Document], told: Iterable[Document], at: Instant
    ) -> None:
        """Keep rows, and tell those who follow events of some of them, together."""
        async with self._database.transaction() as transaction:
            change = await next_change(transaction, ACKNOWLEDGEMENTS)
            await transaction.many(_PUT, ([*_row(one), change] for one in documents))
            await append(transaction, [_news(one, at) for one in told])

    async def known(self, service: str, since: Instant) -> dict[str, Document]:
        """The rows of a service since a moment, by id."""
        sql = "SELECT id, document FROM acknowledgement WHERE service = ? AND at >= ?"
        rows = await self._database.fetch(sql, service, since)
        return {row["id"]: from_text(row["document"]) for row in rows}

    async def of_incident(self, incident: str) -> list[Document]:
        """The rows of one incident that hold, the first word first."""
        sql = "SELECT document FROM acknowledgement WHERE incident = ? AND state <> ? ORDER BY id"
        rows = await self._database.fetch(sql, incident, str(State.VOID))
        found = [from_text(row["document"]) for row in rows]
        return sorted(found, key=lambda one: (not one["first"], one["seen_by"] or ""))

    async def page(
        self, service: str, since: Instant, cursor: str | None = None, limit: int = 100
    ) -> Page[Document]:
        """One page of the rows of a service that hold, the newest first."""
        conditions, values = (
            ["service = ?", "at >= ?", "state <> ?"],
            [service, since, str(State.VOID)],
        )
        if cursor is not None:
            conditions.append("(at, id) < (?, ?)")
            values.extend(position(cursor))
        sql = (
            f"SELECT id, at, document FROM acknowledgement WHERE {' AND '.join(conditions)}"
            " ORDER BY at DESC, id DESC LIMIT ?"
        )
        rows = await self._database.fetch(sql, *values, limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        items = [from_text(row["document"]) for row in rows[:limit]]
        return Page(items, cursor_of(last["at"], last["id"]) if last else None)

    async def counts(self, service: str, since: Instant, until: Instant) -> dict[str, Row]:
        """What came of the incidents of a span, by state: numbers and sums of what leads."""
        found = {}
        for state in State:  # one by one, each is a range of an index
            asked = (service, True, str(state), since, until)
            found[str(state)] = (await self._database.fetch(_COUNTS, *asked))[0]
        return found

    async def lag(
        self, service: str, since: Instant, until: Instant, number: int
    ) -> Mapping[str, int | None] | None:
        """The lag of the incident that comes so many behind the quickest; None behind the last."""
        sql = (
            f"SELECT lag_ms AS best_ms, lag_least_ms AS least_ms, lag_most_ms AS most_ms {_LAGS}"
            " ORDER BY lag_ms LIMIT 1 OFFSET ?"
        )
        asked = (service, True, str(State.ACKNOWLEDGED), since, until)
        rows = await self._database.fetch(sql, *asked, number)
        return rows[0] if rows else None


def _row(document: Document) -> list[Any]:
    vendor, lag, reach = document["vendor"] or {}, document["lag"] or {}, document["reach"] or {}
    return [
        *(document["id"], document["service"], document["incident_id"] or ""),
        *(vendor.get("page", ""), vendor.get("incident", "")),
        *(document["state"], parse_rfc3339(document["at"]), document["first"]),
        *(lag.get("best_ms"), lag.get("least_ms"), lag.get("most_ms"), document["backdated"]),
        _RIGHT.get(reach.get("scope", "cannot_say"), False),
        *(document["green_ms"], document["unheard_ms"], to_text(document)),
    ]


def _news(document: Document, at: Instant) -> News:
    reach = document["reach"] or {}
    told = {
        "at": rfc3339(at),
        "service": document["service"],
        "components": [*reach.get("components_said", ()), *reach.get("components_missing", ())],
        "note": sentence(document),
        "acknowledgement": document,
    }
    return News(at, ACKNOWLEDGEMENT, told, document["service"])
