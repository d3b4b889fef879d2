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


_HEARD: Final = (
    "INSERT INTO worker (region, worker, first_heard_at, last_heard_at, address, asn, ip_country,"
    " vitals) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region, worker) DO UPDATE SET"
    " last_heard_at = excluded.last_heard_at, asn = CASE WHEN excluded.address IS NULL THEN"
    " worker.asn ELSE excluded.asn END, ip_country = CASE WHEN excluded.address IS NULL THEN"
    " worker.ip_country ELSE excluded.ip_country END, address = coalesce(excluded.address,"
    " worker.address), vitals = coalesce(excluded.vitals, worker.vitals) WHERE worker.last_heard_at"
    " <= excluded.last_heard_at"
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

    async def all(self) -> list[dict[str, Any]]:
        """Every worker ever heard, by region and name, with its last vitals (or None)."""
        rows = await self._database.fetch(
            "SELECT region, worker, first_heard_at, last_heard_at, address, asn, ip_country, vitals"
            " FROM worker ORDER BY region, worker"
        )
        return [_document(row) for row in rows]


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
