"""Workers: who was heard when, and the vitals they told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coordinator.encoding import from_text, moment, to_text
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Heard:
    """One worker was heard at a moment; `vitals` and `address` are None when it did not tell them.

    `asn` and `ip_country` are where the address is, as far as that is known.
    """

    region: str
    worker: str
    at: Instant
    vitals: Mapping[str, Any] | None = None
    address: str | None = None
    asn: int | None = None
    ip_country: str | None = None


MOST_WORKERS: Final = 100
"""So many workers a region has by name."""

_HEARD: Final = (
    "INSERT INTO worker (region, worker, first_heard_at, last_heard_at, address, asn, ip_country,"
    " vitals) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region, worker) DO UPDATE SET"
    " last_heard_at = excluded.last_heard_at, asn = CASE WHEN excluded.address IS NULL THEN"
    " worker.asn ELSE excluded.asn END, ip_country = CASE WHEN excluded.address IS NULL THEN"
    " worker.ip_country ELSE excluded.ip_country END, address = coalesce(excluded.address,"
    " worker.address), vitals = coalesce(excluded.vitals, worker.vitals) WHERE worker.last_heard_at"
    " <= excluded.last_heard_at"
)
_RANKED: Final = (
    "SELECT worker.*, row_number() OVER (PARTITION BY region ORDER BY last_heard_at DESC, worker)"
    " AS place FROM worker"
)


class Workers:
    """Every query about workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heard(self, heard: Iterable[Heard]) -> None:
        """Write down who was heard; an older word than the one known changes nothing."""
        await self._database.many(_HEARD, (_row(word) for word in heard))

    async def since(self, at: Instant) -> list[tuple[str, str, Instant]]:
        """(region, worker, when it was heard last) of all that were heard at or after a moment."""
        sql = "SELECT region, worker, last_heard_at FROM worker WHERE last_heard_at >= ?"
        rows = await self._database.fetch(sql, at)
        return [(row["region"], row["worker"], row["last_heard_at"]) for row in rows]

    async def all(self, most: int = MOST_WORKERS) -> list[dict[str, Any]]:
        """The workers, by region and name, with their last vitals (or None); of each region those
        heard last, when there are more.
        """
        rows = await self._database.fetch(
            "SELECT region, worker, first_heard_at, last_heard_at, address, asn, ip_country, vitals"
            f" FROM ({_RANKED}) ranked WHERE place <= ? ORDER BY region, worker",
            most,
        )
        return [_document(row) for row in rows]

    async def forget(self, before: Instant, most: int = MOST_WORKERS) -> int:
        """Forget workers that were not heard since a moment, and of each region all but so many,
        those heard last; how many. What stood of them goes too, unless it is written anew.
        """
        gone = await self._database.fetch(
            "DELETE FROM worker WHERE last_heard_at < ? OR (region, worker) IN (SELECT region,"
            f" worker FROM ({_RANKED}) ranked WHERE place > ?) RETURNING region, worker",
            before,
            most,
        )
        names = [("worker", f"{row['region']}/{row['worker']}") for row in gone]
        await self._database.many("DELETE FROM standing WHERE kind = ? AND subject = ?", names)
        return len(gone)


def _row(heard: Heard) -> tuple[Any, ...]:
    vitals = None if heard.vitals is None else to_text(dict(heard.vitals))
    return (
        heard.region,
        heard.worker,
        heard.at,
        heard.at,
        heard.address,
        heard.asn,
        heard.ip_country,
        vitals,
    )


def _document(row: Row) -> dict[str, Any]:
    return {
        **row,
        "first_heard_at": moment(row["first_heard_at"]),
        "last_heard_at": moment(row["last_heard_at"]),
        "vitals": None if row["vitals"] is None else from_text(row["vitals"]),
    }
