"""The reorder buffer: results that were handed in and whose moment has not come yet."""

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from worker.contract.instant import Instant
from worker.contract.result import FIELDS, Result

_received: Final = itemgetter(FIELDS.index("received_at"))
_id: Final = itemgetter(FIELDS.index("id"))
_contradicting: Final = itemgetter(*map(FIELDS.index, ("ok", "reason", "scheduled_at")))
"""With these the order is total, so that even contradicting repeats of one id leave the same one
standing.
"""


class ReorderBuffer:
    """Gives results out in the order in which they were received, whatever the order they were put
    in.
    """

    def __init__(self) -> None:
        self._results: list[Result] = []
        self._sorted = True

    def put(self, results: Iterable[Result]) -> None:
        """Hand results in."""
        before = len(self._results)
        self._results.extend(results)
        self._sorted = self._sorted and len(self._results) == before

    def next_at(self) -> Instant | None:
        """When the next result was received; None when there is none."""
        self._sort()
        return self._results[0].received_at if self._results else None

    def take(self, until: Instant) -> list[Result]:
        """The results received until then, ties by id, and forget them."""
        self._sort()
        if self._results and self._results[-1].received_at <= until:
            due, self._results = self._results, []
            return due
        end = bisect_right(self._results, until, key=_received)
        due = self._results[:end]
        del self._results[:end]
        return due

    def _sort(self) -> None:
        if not self._sorted:
            if len(set(map(_id, self._results))) < len(self._results):
                self._results.sort(key=_contradicting)
            self._results.sort(key=_id)
            self._results.sort(key=_received)
            self._sorted = True
