"""The newest results of the archive, for a page."""

from threading import Event
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.archive.manifest import Manifest
from coordinator.archive.place import Place
from coordinator.archive.reading.pool import FOREVER
from coordinator.archive.reading.sweep import Sweep
from coordinator.result_files.parquet import results_in
from coordinator.store import ResultFilter
from coordinator.store.results.archiving import Key
from worker.contract.instant import Instant
from worker.contract.result import FIELDS, Result


def newest(
    place: Place,
    manifest: Manifest,
    wanted: ResultFilter,
    due_before: Key | None,
    limit: int,
    floor: Instant | None,
    given_up: Event,
) -> list[Result]:
    """At most so many wanted results that were due before a position, the newest first, down to a
    moment.
    """
    sweep = Sweep(place, wanted, FIELDS, backwards=True)
    sweep.add(part for part in manifest.parts() if floor is None or part.last_scheduled_at >= floor)
    found: Any = None
    lowest = floor if floor is not None else -FOREVER
    try:
        while sweep.low < FOREVER and -sweep.low >= lowest and not given_up.is_set():
            table = sweep.next(due_before=due_before)
            if table is None or table.num_rows == 0:
                continue
            found = _top(table if found is None else pa.concat_tables([found, table]), limit)
            if found.num_rows == limit:
                lowest = max(lowest, found.column("scheduled_at")[-1].cast(pa.int64()).as_py())
    finally:
        sweep.close()
    return (
        []
        if found is None
        else [result for result in results_in(found) if result.scheduled_at >= (floor or 0)]
    )


def _top(table: Any, limit: int) -> Any:
    order = [("scheduled_at", "descending"), ("id", "descending")]
    return table.take(
        pc.sort_indices(table.select(["scheduled_at", "id"]), sort_keys=order)[:limit]
    )
