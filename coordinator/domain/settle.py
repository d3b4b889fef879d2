"""Settling: a new ruling is announced when every cell had its chance to confirm or deny it.

Looks are spread over an interval, and failed ones take their whole timeout to come in. Without this, a total
outage would be announced as regional, because the first regions to look are the first to fail.
"""

from collections.abc import Iterator

from coordinator.domain.matrix import CellKey, Matrix, Sight
from coordinator.domain.scope import Ruling
from worker.contract.instant import Instant


def is_settled(announced: Ruling, ruling: Ruling, matrix: Matrix, now: Instant, patience_ms: int) -> bool:
    """Whether a ruling may be announced: no cell is undecided since the first one that changed, or we waited enough.

    A change without a look behind it (silence, fitness, coverage) needs no confirmation.
    """
    since = min(_changes(announced, ruling, matrix), default=None)
    if since is None or now >= since + patience_ms:
        return True
    return not any(_is_undecided(sight, key in ruling.cells, since) for key, sight in matrix.items())


def _is_undecided(sight: Sight, failing: bool, since: Instant) -> bool:
    """Whether the next look at a cell may change the ruling: it was not looked at since, or its newest look differs."""
    if sight.newest < since:
        return True
    if failing:
        return sight.reading.good_since > 0 and (sight.reading.last_bad or 0) < since
    return sight.ends_bad


def _changes(announced: Ruling, ruling: Ruling, matrix: Matrix) -> Iterator[Instant]:
    """When the cells that differ between two rulings began to."""
    for key in announced.cells ^ ruling.cells:
        moment = _turned(key, key in ruling.cells, matrix)
        if moment is not None:
            yield moment


def _turned(key: CellKey, bad: bool, matrix: Matrix) -> Instant | None:
    if key not in matrix:
        return None
    reading = matrix[key].reading
    return reading.first_bad if bad else reading.first_good
