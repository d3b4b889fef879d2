"""The messages that are to be delivered, and what became of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.encoding import from_text, moment
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from coordinator.store.notices.threads import DUE
from coordinator.store.paging import Page, cursor_of, position
from coordinator.store.state.standings import GONE, Standings
from worker.contract.instant import Instant

SENT: Final = "sent"
GIVEN_UP: Final = "given_up"
_DUE: Final = (
    "SELECT id, rule, channel, incident, kind, at, message, tries FROM notice AS one"
    f" WHERE state = '{DUE}' AND next_at <= ? AND NOT EXISTS (SELECT 1 FROM notice AS before"
    " WHERE before.channel = one.channel AND before.incident = one.incident"
    f" AND before.state = '{DUE}' AND before.id < one.id) ORDER BY id LIMIT ?"
)
_DONE: Final = "UPDATE notice SET state = ?, tries = tries + 1, done_at = ?, why = ? WHERE id = ?"
_AGAIN: Final = "UPDATE notice SET tries = tries + 1, next_at = ?, why = ? WHERE id = ?"
_LISTED: Final = (
    "SELECT id, rule, channel, incident, kind, at, message, state, tries, next_at, done_at, why"
    " FROM notice WHERE (at, id) < (?, ?)"
)
_DROP: Final = f"UPDATE notice SET state = '{GIVEN_UP}', done_at = ?, why = ? WHERE state = '{DUE}'"
_FAR: Final = 2**62


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is to be delivered now."""

    id: int
    rule: str
    channel: str
    at: Instant
    tries: int
    message: Message


class Deliveries:
    """Every query about messages on their way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, at: Instant, limit: int) -> list[Delivery]:
        """What is to be delivered by now, the oldest first: of one channel and incident only the
        first, for they come in order.
        """
        return [_delivery(row) for row in await self._database.fetch(_DUE, at, limit)]

    async def waiting(self) -> list[tuple[str, int, Instant]]:
        """By rule: how many messages have not arrived yet, and since when the oldest waits."""
        rows = await self._database.fetch(
            "SELECT rule, count(*) AS number, min(at) AS since FROM notice"
            f" WHERE state = '{DUE}' GROUP BY rule ORDER BY rule"
        )
        return [(row["rule"], row["number"], row["since"]) for row in rows]

    async def sent(self, identifier: int, at: Instant) -> None:
        """It arrived."""
        await self._database.many(_DONE, [(SENT, at, "", identifier)])

    async def give_up(self, identifier: int, at: Instant, why: str) -> None:
        """It did not arrive, and is not tried again."""
        await self._database.many(_DONE, [(GIVEN_UP, at, why, identifier)])

    async def again(self, identifier: int, next_at: Instant, why: str) -> None:
        """It did not arrive; try at another moment."""
        await self._database.many(_AGAIN, [(next_at, why, identifier)])

    async def drop(self, channels: set[str], pages: Collection[str], at: Instant) -> None:
        """Give up what waits for channels that are not among these: they left the configuration.
        Those of subscribers stay as long as their page is among these.
        """
        rows = await self._database.fetch(
            f"SELECT DISTINCT channel FROM notice WHERE state = '{DUE}'"
        )
        waiting = {row["channel"]: row["channel"].split("/")[:2] for row in rows}
        told = [["", page] for page in pages]
        gone = [one for one in waiting.keys() - channels if waiting[one] not in told]
        why = "the channel is not configured any more"
        await self._database.many(f"{_DROP} AND channel = ?", [(at, why, one) for one in gone])

    async def send_again(self, identifier: int, at: Instant, *lines: Entry) -> bool:
        """Have one that was given up delivered after all; whether there is such a one. With it, the
        lines are added that tell of it. A receiver that wanted no more is asked again.
        """
        sql = (
            f"UPDATE notice SET state = '{DUE}', tries = 0, next_at = ?, done_at = NULL"
            f" WHERE id = ? AND state = '{GIVEN_UP}' RETURNING channel"
        )
        async with self._database.transaction() as transaction:
            found = await transaction.fetch(sql, at, identifier)
            for row in found:
                await Standings(transaction).remove(GONE, row["channel"])
            if found:
                await added(transaction, *lines)
        return bool(found)

    async def page(
        self,
        incident: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
        state: str | None = None,
    ) -> Page[dict[str, Any]]:
        """One page of messages with what became of them, the newest first; of one incident, or in
        one state.
        """
        asked = {"incident": incident, "state": state}
        wanted = {name: value for name, value in asked.items() if value is not None}
        where = "".join(f" AND {name} = ?" for name in wanted)
        values = [*_place(cursor), *wanted.values()]
        rows = await self._database.fetch(
            f"{_LISTED}{where} ORDER BY at DESC, id DESC LIMIT ?", *values, limit + 1
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            [_listed(row) for row in rows[:limit]],
            cursor_of(last["at"], str(last["id"])) if last else None,
        )


def _place(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return _FAR, _FAR
    at, identifier = position(cursor)
    if not identifier.isdigit():
        raise ValueError(f"cursor {cursor[:40]!r} is not one that this service gave out")
    return at, int(identifier)


def _delivery(row: Row) -> Delivery:
    told: Mapping[str, Any] = from_text(row["message"])
    kind, severity = Kind(told["kind"]), Severity(told["severity"])
    message = Message(**{**told, "kind": kind, "severity": severity})
    return Delivery(row["id"], row["rule"], row["channel"], row["at"], row["tries"], message)


def _listed(row: Row) -> dict[str, Any]:
    told = from_text(row["message"])
    return {
        **{name: row[name] for name in ("id", "rule", "channel", "kind", "state", "tries", "why")},
        "incident": told["document"].get("incident"),
        "at": moment(row["at"]),
        "next_at": moment(row["next_at"]) if row["state"] == DUE else None,
        "done_at": moment(row["done_at"]),
        "title": told["title"],
        "text": told["text"],
    }
