"""What happened, in the order in which it was committed: clients follow it, and go on where they
were.

An event is written in the transaction of what it tells, so that neither is there without the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.encoding import from_text, to_text
from coordinator.store.changes import latest_change, next_change
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

EVENTS: Final = "events"
VERDICT: Final = "verdict"
FITNESS: Final = "fitness"
ACKNOWLEDGEMENT: Final = "acknowledgement"
INCIDENT: Final = "incident."
"""Before the word of what happened to an incident, as `incident.opened`."""

_PUT: Final = "INSERT INTO event (number, at, type, service, document) VALUES (?, ?, ?, ?, ?)"
_AFTER: Final = (
    "SELECT number, at, type, service, document FROM event WHERE number > ? ORDER BY number LIMIT ?"
)
_FITNESS: Final = "SELECT document FROM event WHERE at >= ? AND type = ? ORDER BY number"


@dataclass(frozen=True, slots=True)
class News:
    """Something that happens now; `service` is empty where it is about none."""

    at: Instant
    type: str
    document: Mapping[str, Any]
    service: str = ""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What happened. Numbers rise by one from event to event."""

    number: int
    at: Instant
    type: str
    service: str
    document: Mapping[str, Any]


class Events:
    """Every query about what happened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_fitness(self, changes: Iterable[FitnessChange]) -> None:
        """Tell of vantage points that became fit, unfit or silent."""
        async with self._database.transaction() as transaction:
            await append(transaction, [_fitness(change) for change in changes])

    async def after(self, number: int, limit: int) -> list[StoredEvent]:
        """The next events behind a number, oldest first."""
        return [_event(row) for row in await self._database.fetch(_AFTER, number, limit)]

    async def fitness(self, since: Instant) -> list[FitnessChange]:
        """How regions, and not workers of them, changed since a moment, as far as it is kept."""
        rows = await self._database.fetch(_FITNESS, since, FITNESS)
        found = [from_text(row["document"]) for row in rows]
        return [
            FitnessChange(
                parse_rfc3339(one["at"]), one["region"], Fitness(one["fitness"]), one["why"]
            )
            for one in found
            if one["worker"] is None
        ]

    async def latest(self) -> int:
        """The number of the last event; 0 before the first."""
        return await latest_change(self._database, EVENTS)

    async def before(self, at: Instant) -> int:
        """The number of the last event before a moment, as far as they are kept."""
        sql = "SELECT max(number) AS number FROM event WHERE at < ?"
        return int((await self._database.fetch(sql, at))[0]["number"] or 0)

    async def oldest(self) -> int:
        """The number of the first event that is kept; one behind the last when none is."""
        found = await self._database.fetch("SELECT min(number) AS number FROM event")
        number = found[0]["number"]
        return await self.latest() + 1 if number is None else int(number)


async def append(transaction: Database, news: Sequence[News]) -> None:
    """Tell of it when the transaction is committed."""
    if not news:
        return
    last = await next_change(transaction, EVENTS, len(news))
    rows = [
        (number, one.at, one.type, one.service, to_text(one.document))
        for number, one in enumerate(news, start=last - len(news) + 1)
    ]
    await transaction.many(_PUT, rows)


def _fitness(change: FitnessChange) -> News:
    told = {
        "region": change.region,
        "worker": change.worker,
        "at": rfc3339(change.at),
        "fitness": str(change.fitness),
        "why": change.why,
    }
    return News(change.at, FITNESS, told)


def _event(row: Row) -> StoredEvent:
    return StoredEvent(**{**row, "document": from_text(row["document"])})
