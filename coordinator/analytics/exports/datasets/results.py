"""What the workers saw: hot results and archived ones as one."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.outside_maintenance import OutsideMaintenance
from coordinator.archive.reading.received import Received, key_of
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import RESULTS
from coordinator.store import Store
from coordinator.store.paging import cursor_of, position
from coordinator.store.results.striking import Strike
from worker.contract.instant import Instant

_FILTERS: Final = (
    "service",
    "component",
    "region",
    "worker",
    "check",
    "reason",
    "ok",
    "since",
    "until",
)


class _Results:
    def __init__(self, received: Received, store: Store, struck: bool) -> None:
        self._received = received
        self._store = store
        self._struck = struck
        self._settled: Instant | None = None

    async def begin(self) -> None:
        """Where several processes store, give what was received before all that is yet to be
        committed.
        """
        self._settled = await self._store.writers.settled()

    async def batches(self) -> AsyncGenerator[Any, None]:
        """In columns, as they were received: those that count, or those that were struck."""
        await self.begin()
        strikes = await self._store.striking.standing()
        received = self._received.batches()
        try:
            async for batch in received:
                settled = _before(batch, self._settled)
                wanted = _kept(settled, strikes, self._struck)
                if wanted.num_rows:
                    yield wanted
                if settled.num_rows < batch.num_rows:
                    return
        finally:
            await received.aclose()

    def cursor(self, last: Any) -> str:
        """Behind the last one received."""
        return cursor_of(*key_of(last))

    def end(self) -> str | None:
        """The one behind the last row is that of the next increment."""
        return None

    @property
    def skipped(self) -> Mapping[str, str]:
        """Parts of the archive that cannot be read."""
        return self._received.skipped


def _read(record: Record, wanted: Wanted) -> Reading:
    after = position(wanted.cursor) if wanted.cursor is not None else None
    of = ("scheduled_at", "service", "component") if wanted.without_maintenance else ()
    columns = tuple(dict.fromkeys((*wanted.columns, "region", *of)))
    received = record.received(wanted.filter, columns, after)
    found = _Results(received, record.store, wanted.struck)
    times = record.store.maintenance_times
    return OutsideMaintenance(found, times, "scheduled_at") if of else found


def _before(batch: Any, settled: Instant | None) -> Any:
    """The rows that were received before a moment; they come in this order."""
    if settled is None:
        return batch
    at = batch.column("received_at").cast(pa.int64())
    return batch.slice(0, pc.sum(pc.less(at, settled)).as_py() or 0)


def _kept(batch: Any, strikes: Sequence[Strike], struck: bool) -> Any:
    """The rows of a batch that strikes cover, or the others."""
    covered = pa.array(np.zeros(batch.num_rows, dtype=bool))
    region, at = batch.column("region"), batch.column("received_at").cast(pa.int64())
    for strike in strikes:
        here = pc.equal(region, strike.region)
        within = pc.and_(pc.greater_equal(at, strike.since), pc.less(at, strike.until))
        covered = pc.or_(covered, pc.and_(here, within))
    return batch.filter(covered if struck else pc.invert(covered))


DATASET: Final = Dataset(
    name="results",
    about="What workers saw of checks: what `outscope replay` reads.",
    order=(
        "as they were received (`received_at`, then `id`); `since` and `until` bound `scheduled_at`"
    ),
    schema=RESULTS,
    filters=frozenset(_FILTERS),
    increment=(
        "what was received since, each result once. Where several processes store, those of the"
        " last seconds come with the next. A strike changes nothing of what was given: see"
        " `outscope region strikes`, and export all anew after one"
    ),
    maintenance="looks that were due in announced maintenance",
    read=_read,
)
