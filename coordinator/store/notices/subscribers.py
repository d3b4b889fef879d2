"""Who asked to be told of what a status page shows, and who confirmed it. Bounded: what is not
confirmed is forgotten after a day, and neither may be more than so many.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from coordinator.domain.notifying.message import Message
from coordinator.store.changes import latest_change, next_change
from coordinator.store.database import Database, Row
from coordinator.store.notices.deliveries import GIVEN_UP, SENT
from coordinator.store.notices.threads import DUE, PUT_LETTER, Letter, letter_row
from worker.contract.instant import Instant

MAIL: Final = "mail"
WEBHOOK: Final = "webhook"
CONFIRM_WITHIN_MS: Final = 86_400_000
AGAIN_AFTER_MS: Final = 3_600_000
"""One address is written to once in so long however often somebody asks for it."""
KEPT_MS: Final = 7 * 86_400_000
"""So long is kept what was said to a subscriber."""
MOST_ASKED: Final = 1_000
"""So many wait for a confirmation at once, of one page."""
_DATASET: Final = "subscribers"
_COLUMNS: Final = "id, page, kind, address, secret, asked_at, confirmed_at"
_SELECT: Final = f"SELECT {_COLUMNS} FROM subscriber"
_COUNT: Final = (
    "SELECT count(*) AS whole, count(confirmed_at) AS confirmed FROM subscriber WHERE page = ?"
)
_PUT: Final = f"INSERT INTO subscriber ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_STALE: Final = "DELETE FROM subscriber WHERE confirmed_at IS NULL AND asked_at <= ? RETURNING id"
_QUIET: Final = (
    f"UPDATE notice SET state = '{GIVEN_UP}', done_at = ?, why = 'unsubscribed'"
    f" WHERE channel = ? AND state = '{DUE}'"
)
_OLD: Final = (
    f"DELETE FROM notice WHERE channel LIKE '/%' AND state IN ('{SENT}', '{GIVEN_UP}')"
    " AND done_at <= ? RETURNING id"
)


class FullError(Exception):
    """A page has as many subscribers as it may, or as many that were not confirmed."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address, and what links to it are signed with."""

    id: str
    page: str
    kind: str
    address: str
    secret: str = field(repr=False)
    asked_at: Instant
    confirmed_at: Instant | None = None

    @property
    def rule(self) -> str:
        """What its messages are of: no rule of the configuration begins so."""
        return f"/{self.page}"

    @property
    def channel(self) -> str:
        """By what its messages go."""
        return f"/{self.page}/{self.id}"


class Subscribers:
    """Every query about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, new: Subscriber, most: int, asking: Callable[[str], Message]) -> None:
        """Have an address asked whether it is to be told, unless it was within the hour. `asking`
        makes the message from its id. FullError where there are too many, known or not.
        """
        at = new.asked_at
        async with self._database.transaction() as transaction:
            await next_change(transaction, _DATASET)
            await transaction.fetch(_STALE, at - CONFIRM_WITHIN_MS)
            count = (await transaction.fetch(_COUNT, new.page))[0]
            if count["whole"] - count["confirmed"] >= MOST_ASKED or count["confirmed"] >= most:
                raise FullError
            same = (new.page, new.kind, new.address)
            where = " WHERE page = ? AND kind = ? AND address = ?"
            known = await transaction.fetch(f"{_SELECT}{where}", *same)
            one = _subscriber(known[0]) if known else new
            if known and at - one.asked_at < AGAIN_AFTER_MS:
                return
            again = "UPDATE subscriber SET asked_at = ? WHERE id = ?"
            await transaction.many(again, [(at, one.id)])
            await transaction.many(_PUT, [] if known else [_row(new)])
            letter = Letter(one.rule, one.channel, asking(one.id))
            await transaction.many(PUT_LETTER, [letter_row(letter, at)])

    async def find(self, page: str, identifier: str) -> Subscriber | None:
        """One of a page; None when there is none of this id."""
        rows = await self._database.fetch(f"{_SELECT} WHERE page = ? AND id = ?", page, identifier)
        return _subscriber(rows[0]) if rows else None

    async def confirm(self, identifier: str, at: Instant) -> bool:
        """It is to be told from now on; whether there is such a one. A repeat changes nothing."""
        async with self._database.transaction() as transaction:
            await next_change(transaction, _DATASET)
            return bool(
                await transaction.fetch(
                    "UPDATE subscriber SET confirmed_at = coalesce(confirmed_at, ?) WHERE id = ?"
                    " RETURNING id",
                    at,
                    identifier,
                )
            )

    async def remove(self, one: Subscriber, at: Instant) -> None:
        """Forget it, and say nothing more to it. A repeat changes nothing."""
        async with self._database.transaction() as transaction:
            await next_change(transaction, _DATASET)
            await transaction.many("DELETE FROM subscriber WHERE id = ?", [(one.id,)])
            await transaction.many(_QUIET, [(at, one.channel)])

    async def all(self) -> list[Subscriber]:
        """Every one, confirmed or not, the oldest first."""
        rows = await self._database.fetch(f"{_SELECT} ORDER BY asked_at, id")
        return [_subscriber(row) for row in rows]

    async def change(self) -> int:
        """A number that is another one after each change."""
        return await latest_change(self._database, _DATASET)

    async def forget(self, at: Instant) -> int:
        """Forget what nobody confirmed within a day, and what was said a week ago; how many."""
        gone = await self._database.fetch(_STALE, at - CONFIRM_WITHIN_MS)
        said = await self._database.fetch(_OLD, at - KEPT_MS)
        return len(gone) + len(said)


def _row(one: Subscriber) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _COLUMNS.split(", "))


def _subscriber(row: Row) -> Subscriber:
    return Subscriber(**row)
