"""The inbox: results that were handed in and whose moment has not come yet."""

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter, itemgetter
from typing import Final

from worker.contract.instant import Instant
from worker.contract.result import FIELDS, Result

_received: Final = attrgetter("received_at")
_order: Final = itemgetter(*map(FIELDS.index, ("received_at", "id", "ok", "reason", "scheduled_at")))
"""A total order, so that even contradicting repeats of one id leave the same one standing."""


class Inbox:
    """Gives results out in the order in which they were received, whatever the order they were put in."""

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
            self._results.sort(key=_order)
            self._sorted = True
