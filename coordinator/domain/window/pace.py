"""The pace of a service: how often each of its cells is looked at, and how long it takes to hear of
all that matter.

A service may look at one component every ten seconds and at another, dear one every five minutes.
What is said of the quick one must not wait for the slow one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coordinator.domain.window.axes import Axes, CellKey, Flags, Ints
from coordinator.domain.window.series import Series

PATIENCE_INTERVALS = 2
"""So many intervals, and a timeout, are long enough for every cell to confirm or deny a claim."""
ALIKE = 2
"""Cells looked at up to so many times as rarely as those in question are waited for, too."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Interval of the quickest check and longest timeout of each cell, (component, region); 0 where
    nothing looks.
    """

    axes: Axes
    interval_ms: Ints
    timeout_ms: Ints
    step_ms: int
    by_cell: Mapping[CellKey, int]
    """The interval of each cell that is looked at."""

    def alike(self, cells: Iterable[CellKey]) -> Flags:
        """The cells that are looked at about as often as these; without any, as the quickest."""
        mine = self.interval_ms.reshape(-1)[list(self.axes.numbers(cells).values())]
        slowest = int(mine.max(initial=0)) or min(self.by_cell.values(), default=0)
        return np.asarray(
            (self.interval_ms > 0) & (self.interval_ms <= ALIKE * slowest), dtype=np.bool_
        )

    def patience_ms(self, cells: Flags) -> int:
        """How long it takes until each of these cells had its chance to be heard."""
        interval, timeout = (
            int(self.interval_ms[cells].max(initial=0)),
            int(self.timeout_ms[cells].max(initial=0)),
        )
        return PATIENCE_INTERVALS * interval + timeout + self.step_ms


def pace_of(axes: Axes, all_series: Sequence[Series], cells: Sequence[int], step_ms: int) -> Pace:
    """The pace that the checks behind these series set; `cells` are those of the series."""
    size = (len(axes.components), len(axes.regions))
    interval, timeout = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    flat, longest = interval.reshape(-1), timeout.reshape(-1)
    for series, cell in zip(all_series, cells, strict=True):
        check = series.check
        flat[cell] = min(int(flat[cell]) or check.interval_ms, check.interval_ms)
        longest[cell] = max(int(longest[cell]), check.timeout_ms)
    by_cell = {axes.key(cell): int(flat[cell]) for cell in sorted(set(cells))}
    return Pace(axes, interval, timeout, step_ms, by_cell)
