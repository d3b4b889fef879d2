"""What a dataset is: columns that say what they mean, the filters that it knows, and how it is
read.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from coordinator.archive.reading.record import Record
from coordinator.store import ResultFilter


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a dataset: which rows (behind `cursor`, if any, at most `limit`) and which columns,
    in that order.
    """

    columns: tuple[str, ...]
    filter: ResultFilter = ResultFilter()
    cursor: str | None = None
    limit: int | None = None
    struck: bool = False
    """Only results that were struck; else only those that were not."""
    without_maintenance: bool = False
    """Only what lies outside announced maintenance."""


class Reading(Protocol):
    """One reading of a dataset."""

    async def begin(self) -> None:
        """Decide up to which change it tells; ValueError for a cursor of a later state than there
        is.
        """

    def batches(self) -> AsyncGenerator[Any, None]:
        """Record batches with (at least) the columns wanted and those of the position, in the
        dataset's order.
        """

    def cursor(self, last: Any) -> str:
        """The cursor that stands behind a batch's last row."""

    def end(self) -> str | None:
        """The cursor of the next increment; None unless this reading gave all it had."""

    @property
    def skipped(self) -> Mapping[str, str]:
        """What could not be read, and why."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that can be exported. `order` says in words in which order its rows come."""

    name: str
    about: str
    order: str
    schema: Any
    filters: frozenset[str]
    read: Callable[[Record, Wanted], Reading] = field(repr=False)
    increment: str = "what lies behind it in this order"
    """What comes behind the cursor of an earlier export."""
    maintenance: str = ""
    """What of it lies in announced maintenance, and can be left out; empty where nothing does."""

    @property
    def version(self) -> str:
        """The schema and its version, such as `results/1`. A change that breaks readers raises the
        number.
        """
        return str((self.schema.metadata or {})[b"outscope.schema"].decode())
