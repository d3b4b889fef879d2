"""What is asked of results to measure them elsewhere: what was received behind a place, once each,
in the order of receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.store.database import Database
from coordinator.store.results.result_rows import COLUMNS, from_row
from coordinator.store.results.striking import COUNTS
from worker.contract.instant import Instant
from worker.contract.result import Result

MEASURES: Final = (
    "service, component, region, reason, dns_ms, connect_ms, tls_ms, ttfb_ms, total_ms"
)
_BEHIND: Final = f"(received_at, id) > (?, ?) AND received_at < ? AND {COUNTS}"

Position = tuple[Instant, str]
"""Behind a result: when it was received, and its id."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Which looks: only failed ones, and those whose id ends in less than this (16 hexadecimal
    digits; empty for all).
    """

    failed: bool = True
    below: str = ""

    def conditions(self) -> tuple[str, tuple[Any, ...]]:
        """As SQL, and its values."""
        failed = " AND reason <> 'ok'" if self.failed else ""
        return (f"{failed} AND substr(id, 9) < ?", (self.below,)) if self.below else (failed, ())


class Measuring:
    """Every query that the way to OpenTelemetry asks of results."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def measures(
        self, after: Position, before: Instant, limit: int
    ) -> Sequence[Sequence[Any]]:
        """received_at, id, and `MEASURES` of what was received behind a place and before a
        moment.
        """
        sql = (
            f"SELECT received_at, id, {MEASURES} FROM result WHERE {_BEHIND}"
            " ORDER BY received_at, id LIMIT ?"
        )
        return await self._database.rows(sql, *after, before, limit)

    async def looks(
        self, after: Position, before: Instant, limit: int, sampled: Sampled
    ) -> list[Result]:
        """The whole results of those that are sampled."""
        more, values = sampled.conditions()
        sql = f"SELECT {COLUMNS} FROM result WHERE {_BEHIND}{more} ORDER BY received_at, id LIMIT ?"
        rows = await self._database.fetch(sql, *after, before, *values, limit)
        return [from_row(row) for row in rows]

    async def number(self, after: Position, before: Instant, sampled: Sampled) -> int:
        """How many there are."""
        more, values = sampled.conditions()
        sql = f"SELECT count(*) AS number FROM result WHERE {_BEHIND}{more}"
        return int((await self._database.fetch(sql, *after, before, *values))[0]["number"])
