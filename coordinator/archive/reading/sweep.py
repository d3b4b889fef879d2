"""Walks through the row groups of many parts by when their first result was received, or backwards
by when the last look was due. A part that cannot be read is named and left out; the others are
read.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import pyarrow as pa

from coordinator.archive.manifest import Part
from coordinator.archive.part_file import open_part
from coordinator.archive.place import Place
from coordinator.archive.reading.pool import FOREVER
from coordinator.archive.reading.pruning import bounds, columns_for, groups, matching, may_hold
from coordinator.store import ResultFilter
from coordinator.store.results.archiving import Key
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

UNREADABLE = (OSError, pa.ArrowException, ValueError)


def why_unreadable(error: BaseException) -> str:
    """One line for people, also when the error has no words."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


@dataclass(slots=True)
class _Open:
    part: Part
    source: Any
    file: Any
    left: int


@dataclass(slots=True)
class Sweep:
    """What is wanted of the archive, row group by row group. Not for use by two threads at once."""

    place: Place
    wanted: ResultFilter
    columns: tuple[str, ...]
    backwards: bool = False
    skipped: dict[str, str] = field(default_factory=dict)
    """Parts that could not be read (wholly), and why."""
    _heap: list[Any] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _number: int = 0

    def add(self, parts: Iterable[Part], received_after: Key | None = None) -> None:
        """Have these read too, unless they were added before."""
        for part in parts:
            if part.file in self._seen:
                continue
            self._seen.add(part.file)
            late_enough = received_after is None or part.last_received_at >= received_after[0]
            if late_enough and may_hold(part, self.wanted):
                self._push(
                    -part.last_scheduled_at if self.backwards else part.first_received_at, part
                )

    @property
    def low(self) -> Instant:
        """No row that is still unread was received before this; backwards: none was due after its
        negative.
        """
        return self._heap[0][0] if self._heap else FOREVER

    def next(self, received_after: Key | None = None, due_before: Key | None = None) -> Any:
        """The wanted rows of the next row group, as a table; None when it had none, or could not be
        read.
        """
        _, _, what = heappop(self._heap)
        if isinstance(what, Part):
            self._opened(what, received_after)
            return None
        opened, group = what
        try:
            table = opened.file.read_row_group(
                group, columns=columns_for(self.columns, self.wanted), use_threads=False
            )
            return matching(
                table, self.wanted, received_after=received_after, due_before=due_before
            )
        except UNREADABLE as error:
            self._skip(opened.part, error)
            return None
        finally:
            opened.left -= 1
            if opened.left == 0:
                _close(opened)

    def close(self) -> None:
        """Close the files that are still open."""
        for _, _, what in self._heap:
            if not isinstance(what, Part):
                _close(what[0])
        self._heap.clear()

    def _opened(self, part: Part, received_after: Key | None) -> None:
        try:
            if self.place.unlike(part.file, part.sha256):
                raise ValueError("its bytes are not those that were archived: the checksum differs")
            source = self.place.open(part.file)
            file = open_part(source)
            if file.metadata.num_rows != part.rows:
                raise ValueError(f"{file.metadata.num_rows} rows instead of {part.rows}")
            found = [
                (self._bound(group, part), number, group)
                for number, group in groups(file.metadata, self.wanted)
            ]
        except UNREADABLE as error:
            return self._skip(part, error)
        if received_after is not None:
            found = [entry for entry in found if _not_over(entry[2], received_after)]
        opened = _Open(part, source, file, len(found))
        for bound, number, _ in found:
            self._push(bound, (opened, number))
        return None if found else _close(opened)

    def _bound(self, group: Any, part: Part) -> Instant:
        if self.backwards:
            told = bounds(group, "scheduled_at")
            return -(told[1] if told else part.last_scheduled_at)
        told = bounds(group, "received_at")
        return told[0] if told else part.first_received_at

    def _push(self, bound: Instant, what: Any) -> None:
        self._number += 1
        heappush(self._heap, (bound, self._number, what))

    def _skip(self, part: Part, error: BaseException) -> None:
        why = why_unreadable(error)
        log.error("unreadable_part file=%s error=%s", part.file, why)
        self.skipped[part.file] = why


def _not_over(group: Any, received_after: Key) -> bool:
    told = bounds(group, "received_at")
    return told is None or told[1] >= received_after[0]


def _close(opened: _Open) -> None:
    opened.file.close()
    opened.source.close()
