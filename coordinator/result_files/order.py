"""Order: results in the order in which they were received, without holding all of them.

Files are nearly always in this order already, give or take what arrived at once. A buffer of `HELD`
results puts that right; a file that is further out of order is noticed, and must be read whole and
sorted.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from worker.contract.instant import Instant
from worker.contract.result import Result

HELD = 5_000
"""Results that are held back, in case that earlier ones follow."""
_order = attrgetter("received_at", "id")


class OutOfOrderError(ValueError):
    """A result was received before one that was given out already."""


def in_order(batches: Iterable[list[Result]], held: int = HELD) -> Iterator[list[Result]]:
    """The results by when they were received, ties by id, in batches. OutOfOrderError when the
    buffer was too small.
    """
    waiting: list[Result] = []
    given: Instant = 0
    for batch in batches:
        waiting += batch
        if len(waiting) >= 2 * held:
            _sort(waiting, given)
            ready, waiting = waiting[:-held], waiting[-held:]
            given = ready[-1].received_at
            yield ready
    _sort(waiting, given)
    yield waiting


def _sort(waiting: list[Result], given: Instant) -> None:
    waiting.sort(key=_order)
    if waiting and waiting[0].received_at < given:
        raise OutOfOrderError(f"{waiting[0].id} was received before results that came first")


def all_in_order(batches: Iterable[list[Result]]) -> list[Result]:
    """All results by when they were received, ties by id, whatever their order was."""
    found = [result for batch in batches for result in batch]
    found.sort(key=_order)
    return found
