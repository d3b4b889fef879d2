"""What rollups say: the buckets of a service, and which there are."""

from typing import Final, cast

from coordinator.domain.rollups.cover import Kept
from coordinator.domain.rollups.level import BELOW, LENGTH_MS, Level, floor
from coordinator.store.database import Database, Row
from coordinator.store.rollups.rows import COLUMNS
from worker.contract.instant import Instant

_DUE: Final = "SELECT DISTINCT at FROM rollup_due WHERE level = ? AND at >= ? AND at < ?"


class Buckets:
    """Every query that reads rollups."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(
        self,
        level: Level,
        service: str,
        since: Instant,
        until: Instant,
        *,
        component: str | None = None,
        check: str | None = None,
        region: str | None = None,
    ) -> list[Row]:
        """The rows of a service in [since, until), in order of time, that together are what is
        asked for.
        """
        sql = f"SELECT {COLUMNS} FROM rollup_{level} WHERE service = ? AND at >= ? AND at < ?"
        given = {"component": component, "check": check, "region": region}
        # there is a row for the whole of it
        if level in BELOW and (component, check, region).count(None) >= 2:
            given = {name: value or "" for name, value in given.items()}
            if check is not None:
                del given["component"]
        else:
            sql += " AND \"check\" <> '' AND region <> ''"
        wanted = {name: value for name, value in given.items() if value is not None}
        sql += "".join(f' AND "{name}" = ?' for name in wanted)
        return await self._database.fetch(
            f"{sql} ORDER BY at", service, since, until, *wanted.values()
        )

    async def cells(
        self, level: Level, service: str, since: Instant, until: Instant, step_ms: int
    ) -> list[Row]:
        """Good and bad looks of a service in [since, until) by component, region and `frame`: the
        start of the step of so many milliseconds in which they lie.
        """
        return await self._database.fetch(
            f"SELECT at - at % {int(step_ms)} AS frame, component, region,"
            " CAST(sum(good) AS BIGINT) AS good, CAST(sum(bad) AS BIGINT) AS bad"
            f" FROM rollup_{level} WHERE service = ? AND at >= ? AND at < ?"
            " AND \"check\" <> '' AND region <> '' GROUP BY 1, component, region",
            service,
            since,
            until,
        )

    async def kept(self, since: Instant, until: Instant) -> Kept:
        """Where each level begins, and which of its buckets that touch [since, until) are not up to
        date.
        """
        # what becomes due while we read is read from below, where it is new
        due: dict[Level, set[Instant]] = {}
        for level in BELOW:
            found = await self._database.fetch(_DUE, level, floor(since, "day"), until)
            due[level] = {row["at"] for row in found}
        due["day"] |= {floor(at, "day") for at in due["hour"]}
        first = {level: await self._end(level, "min") for level in LENGTH_MS}
        return Kept({level: at for level, at in first.items() if at is not None}, due)

    async def counted_until(self) -> Instant | None:
        """Up to when results are counted: the end of the last minute that was made, if any was."""
        last = await self._end("minute", "max")
        return None if last is None else last + LENGTH_MS["minute"]

    async def _end(self, level: Level, which: str) -> Instant | None:
        """The first or last bucket of a level."""
        ((at,),) = await self._database.rows(f"SELECT {which}(at) FROM rollup_{level}")
        return cast("Instant | None", at)
