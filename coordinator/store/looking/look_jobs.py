"""Jobs of looks that somebody wishes for: the API adds them, the coordinator takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.schedule.wishes import Came, Wished
from coordinator.encoding import from_text, to_text
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from coordinator.store.results.results import ResultFilter, Results
from worker.contract.instant import Instant
from worker.contract.result import Result

KEPT_MS: Final = 86_400_000
"""So long a job can be asked about, and its key is one of a job."""
MOST_AT_ONCE: Final = 20
MOST_LOOKS: Final = 500
"""Of one job."""
_MOST_OF_A_MOMENT: Final = 4 * MOST_LOOKS
_COLUMNS: Final = "id, asked, looks, made_at, made_by, over_by, taken_at"
_SELECT: Final = f"SELECT {_COLUMNS} FROM look_job"
_ADD: Final = (
    f"INSERT INTO look_job ({_COLUMNS}, idempotency, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (idempotency) DO NOTHING RETURNING id"
)
_TAKE: Final = (
    "UPDATE look_job SET looks = ?, taken_at = ?, over_by = ? WHERE id = ? AND taken_at IS NULL"
    " RETURNING id"
)


class KeyReusedError(Exception):
    """The key is that of a job that asked for something else."""


class TooManyJobsError(Exception):
    """As many jobs go on as may; `wait_ms` until the first of them is over."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(wait_ms)
        self.wait_ms = wait_ms


@dataclass(frozen=True, slots=True)
class LookJob:
    """Looks that were asked for together. Until it is taken, `over_by` is when nobody takes it any
    more, and then when nothing is heard of its looks any more. Its looks are due at `taken_at`.
    """

    id: str
    asked: Mapping[str, Any]
    looks: Sequence[Wished]
    made_at: Instant
    made_by: str
    over_by: Instant
    taken_at: Instant | None = None


class LookJobs:
    """Every query about jobs of looks."""

    def __init__(self, database: Database, results: Results) -> None:
        self._database = database
        self._results = results

    async def add(self, job: LookJob, key: str | None, digest: str, line: Entry) -> LookJob:
        """Store a job and its line of the audit log, or find the one that this key has.

        KeyReusedError when that one's digest is another; TooManyJobsError when too many go on.
        """
        async with self._database.transaction() as transaction:
            known = await _of_key(transaction, key, job.made_at)
            if known is None:
                await _refuse_too_many(transaction, job.made_at)
                row = (*_row(job), key, digest)
                if await transaction.fetch(_ADD, *row):
                    await added(transaction, line)
                    return job
        if known is None:  # whoever had the same key was quicker
            known = await _of_key(self._database, key, job.made_at)
        if known is None or known.pop("digest") != digest:
            raise KeyReusedError
        return _job(known)

    async def find(self, identifier: str, at: Instant) -> LookJob | None:
        """The job of this id; None when there is none, or it was made more than a day ago."""
        rows = await self._database.fetch(
            f"{_SELECT} WHERE id = ? AND made_at > ?", identifier, at - KEPT_MS
        )
        return _job(rows[0]) if rows else None

    async def waiting(self, at: Instant) -> list[LookJob]:
        """The jobs to be taken, the oldest first."""
        rows = await self._database.fetch(
            f"{_SELECT} WHERE over_by > ? AND taken_at IS NULL ORDER BY made_at, id", at
        )
        return list(map(_job, rows))

    async def taken_since(self, at: Instant) -> list[LookJob]:
        """The jobs that were taken at a moment or after it."""
        rows = await self._database.fetch(f"{_SELECT} WHERE taken_at >= ?", at)
        return list(map(_job, rows))

    async def take(self, job: LookJob) -> bool:
        """Write down that it is taken; whether nobody had taken it. Its looks are ordered once at
        most.
        """
        async with self._database.transaction() as transaction:
            values = (_looks(job.looks), job.taken_at, job.over_by, job.id)
            return bool(await transaction.fetch(_TAKE, *values))

    async def tell(self, identifier: str, looks: Sequence[Wished]) -> None:
        """Write down what came of its looks."""
        await self._database.many(
            "UPDATE look_job SET looks = ? WHERE id = ?", [(_looks(looks), identifier)]
        )

    async def results(self, job: LookJob) -> dict[tuple[str, str], Result]:
        """What was seen so far, by check and region: the stored results of its looks."""
        if job.taken_at is None:
            return {}
        moment = ResultFilter(since=job.taken_at, until=job.taken_at + 1)
        found = await self._results.page(moment, limit=_MOST_OF_A_MOMENT)
        wanted = {(one.check, one.region, one.attempt) for one in job.looks if one.attempt}
        return {
            (one.check, one.region): one
            for one in found.items
            if (one.check, one.region, one.attempt) in wanted
        }

    async def forget(self, at: Instant) -> int:
        """Forget jobs that were made more than a day ago; how many."""
        return len(
            await self._database.fetch(
                "DELETE FROM look_job WHERE made_at <= ? RETURNING id", at - KEPT_MS
            )
        )


async def _of_key(database: Database, key: str | None, at: Instant) -> Row | None:
    """The row of the job of this key. One that is old enough to be forgotten is."""
    if key is None:
        return None
    rows = await database.fetch(
        f"SELECT {_COLUMNS}, digest FROM look_job WHERE idempotency = ?", key
    )
    if rows and rows[0]["made_at"] <= at - KEPT_MS:
        await database.fetch("DELETE FROM look_job WHERE idempotency = ? RETURNING id", key)
        return None
    return rows[0] if rows else None


async def _refuse_too_many(database: Database, at: Instant) -> None:
    rows = await database.fetch("SELECT over_by FROM look_job WHERE over_by > ?", at)
    if len(rows) >= MOST_AT_ONCE:
        raise TooManyJobsError(min(row["over_by"] for row in rows) - at)


def _row(job: LookJob) -> tuple[Any, ...]:
    looks = _looks(job.looks)
    told = (to_text(job.asked), looks, job.made_at, job.made_by, job.over_by, job.taken_at)
    return (job.id, *told)


def _looks(looks: Sequence[Wished]) -> str:
    return to_text([list(look) for look in looks])


def _job(row: Row) -> LookJob:
    looks = [
        Wished(check, region, attempt, Came(came) if came else None)
        for check, region, attempt, came in from_text(row["looks"])
    ]
    return LookJob(**{**row, "asked": from_text(row["asked"]), "looks": looks})
