"""A dataset without what lies in announced maintenance."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from coordinator.analytics.exports.dataset import Reading
from coordinator.analytics.without_maintenance import minutes_of
from coordinator.domain.maintenance.window import Occurrence
from coordinator.store.circumstances.times import MaintenanceTimes

_WHOSE = ("service", "component", "region")


@dataclass(frozen=True, slots=True)
class OutsideMaintenance:
    """A reading without the rows that lie in windows from beginning to end. Windows count to whole
    minutes outwards, and those that overlap or meet as one.
    """

    reading: Reading
    times: MaintenanceTimes
    at: str
    """The column that tells when a row begins."""
    lasts_ms: int = 1

    async def begin(self) -> None:
        """As the reading does."""
        await self.reading.begin()

    async def batches(self) -> AsyncGenerator[Any, None]:
        """Those of the reading, without the rows that are left out."""
        batches = self.reading.batches()
        try:
            async for batch in batches:
                begins = batch.column(self.at).cast(pa.int64()).to_numpy()
                span = int(begins.min()), int(begins.max()) + self.lasts_ms
                windows = await self.times.between(*span)
                left = batch.filter(pa.array(~self._covered(batch, begins, windows)))
                if left.num_rows:
                    yield left
        finally:
            await batches.aclose()

    def _covered(self, batch: Any, begins: Any, windows: Sequence[Occurrence]) -> Any:
        """Which rows of a batch lie in windows."""
        covered = np.zeros(len(begins), dtype=bool)
        if not windows:
            return covered
        rows: dict[tuple[str, ...], list[int]] = {}
        columns = (batch.column(name).to_pylist() for name in _WHOSE)
        for number, whose in enumerate(zip(*columns, strict=True)):
            rows.setdefault(whose, []).append(number)
        for (service, component, region), numbers in rows.items():
            what = (service, (component,), (region,))
            since, until = _spans(one for one in windows if one.covers(*what))
            at = begins[numbers]
            last = np.searchsorted(since, at, "right")
            covered[numbers] = until[last] >= at + self.lasts_ms
        return covered

    def cursor(self, last: Any) -> str:
        """As the reading tells it."""
        return self.reading.cursor(last)

    def end(self) -> str | None:
        """As the reading tells it."""
        return self.reading.end()

    @property
    def skipped(self) -> Mapping[str, str]:
        """As the reading tells it."""
        return self.reading.skipped


def _spans(windows: Iterable[Occurrence]) -> tuple[Any, Any]:
    """When spans begin, in order, and when each ends; one end more, before all of them."""
    since: list[int] = []
    until = [0]
    for begin, end in sorted(map(minutes_of, windows)):
        if since and begin <= until[-1]:
            until[-1] = max(until[-1], end)
        else:
            since.append(begin)
            until.append(end)
    return np.array(since, dtype=np.int64), np.array(until, dtype=np.int64)
