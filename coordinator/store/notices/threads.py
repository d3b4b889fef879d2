"""What each rule said of each incident, written together with the messages that say it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Said, Thread
from coordinator.encoding import from_text, to_text
from coordinator.store.database import Database, Row
from coordinator.store.state.incident_rows import COLUMNS, from_row
from worker.contract.instant import Instant

DUE: Final = "due"
_PUT_THREAD: Final = (
    "INSERT INTO notice_thread (rule, incident, said, began_at, at, ended, within)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (rule, incident) DO UPDATE SET"
    " said = excluded.said, at = excluded.at, ended = excluded.ended, within = excluded.within"
)
PUT_LETTER: Final = (
    "INSERT INTO notice (rule, channel, incident, kind, at, message, state, next_at)"
    f" VALUES (?, ?, ?, ?, ?, ?, '{DUE}', ?)"
)
_OPEN: Final = (
    "SELECT rule, incident, said, began_at, at, ended, within FROM notice_thread"
    " WHERE (ended = ? OR began_at >= ?) AND incident LIKE ?"
)
_LEFT: Final = (
    f"SELECT {', '.join(f'incident.{name}' for name in COLUMNS)}, '' AS cause_service FROM incident"
    " JOIN notice_thread ON notice_thread.incident = incident.id"
    " WHERE notice_thread.ended = ? AND incident.resolved_at IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for one channel of a rule."""

    rule: str
    channel: str
    message: Message


@dataclass(frozen=True, slots=True)
class KnownThread:
    """A thread, and when it began."""

    thread: Thread
    began_at: Instant


class NoticeThreads:
    """Every query about what was said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, since: Instant, mark: str = "") -> list[KnownThread]:
        """The threads that are not over, and those that began since a moment; only those whose
        names begin with `mark`.
        """
        rows = await self._database.fetch(_OPEN, False, since, f"{mark}%")
        return [KnownThread(_thread(row), row["began_at"]) for row in rows]

    async def to_end(self) -> list[Incident]:
        """The incidents that are over though a thread of them is not."""
        rows = await self._database.fetch(_LEFT, False)
        return list({row["id"]: from_row(row) for row in rows}.values())

    async def say(self, threads: Sequence[Thread], letters: Iterable[Letter], at: Instant) -> None:
        """Keep how threads went on, and have the letters delivered: all of it, or nothing."""
        rows = [_row(thread, at) for thread in threads]
        async with self._database.transaction() as transaction:
            await transaction.many(_PUT_THREAD, rows)
            await transaction.many(PUT_LETTER, (letter_row(letter, at) for letter in letters))


def _row(thread: Thread, at: Instant) -> list[Any]:
    said = to_text(asdict(thread.said))
    return [thread.rule, thread.incident, said, at, thread.at, thread.over, thread.within]


def letter_row(letter: Letter, at: Instant) -> list[Any]:
    """What `PUT_LETTER` puts."""
    message = letter.message
    return [
        letter.rule,
        letter.channel,
        message.key,
        str(message.kind),
        at,
        to_text(asdict(message)),
        at,
    ]


def _thread(row: Row) -> Thread:
    told = from_text(row["said"])
    said = Said(
        Severity(told["severity"]),
        Scope(told["scope"]),
        *(tuple(told[name]) for name in ("regions", "components", "also")),
    )
    return Thread(row["rule"], row["incident"], said, row["at"], bool(row["ended"]), row["within"])
