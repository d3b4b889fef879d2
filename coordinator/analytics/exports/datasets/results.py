"""What the workers saw: hot results and archived ones as one."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.archive.reading.received import Received, key_of
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import RESULTS
from coordinator.store.paging import cursor_of, position

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
    def __init__(self, received: Received) -> None:
        self._received = received

    def batches(self) -> AsyncGenerator[Any, None]:
        """In columns, as they were received."""
        return self._received.batches()

    def cursor(self, last: Any) -> str:
        """Behind the last one received."""
        return cursor_of(*key_of(last))

    @property
    def skipped(self) -> Mapping[str, str]:
        """Parts of the archive that cannot be read."""
        return self._received.skipped


def _read(record: Record, wanted: Wanted) -> Reading:
    after = position(wanted.cursor) if wanted.cursor is not None else None
    return _Results(record.received(wanted.filter, wanted.columns, after))


DATASET: Final = Dataset(
    name="results",
    about="What workers saw of checks: what `outscope replay` reads.",
    order=(
        "as they were received (`received_at`, then `id`); `since` and `until` bound `scheduled_at`"
    ),
    schema=RESULTS,
    filters=frozenset(_FILTERS),
    read=_read,
)
