"""What of a part must be read: row groups by their statistics, and then rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.archive.manifest import Part
from coordinator.result_files.columns import TIME
from coordinator.store import ResultFilter
from coordinator.store.results.archiving import Key
from worker.contract.instant import Instant
from worker.contract.result import FIELDS

EQUAL: Final = ("service", "component", "region", "worker", "check", "reason", "ok")
_POSITION: Final = {name: number for number, name in enumerate(FIELDS)}


def may_hold(part: Part, wanted: ResultFilter) -> bool:
    """Whether a part may hold what is wanted, as far as its entry tells."""
    return (
        wanted.service in (None, part.service)
        and (wanted.since is None or part.last_scheduled_at >= wanted.since)
        and (wanted.until is None or part.first_scheduled_at < wanted.until)
    )


def groups(meta: Any, wanted: ResultFilter) -> Iterator[tuple[int, Any]]:
    """The row groups that may hold what is wanted: their numbers and what they tell of
    themselves.
    """
    given = {name: getattr(wanted, name) for name in EQUAL if getattr(wanted, name) is not None}
    for number in range(meta.num_row_groups):
        group = meta.row_group(number)
        if all(_within(group, name, value) for name, value in given.items()) and _in_time(
            group, wanted
        ):
            yield number, group


def bounds(group: Any, name: str) -> tuple[Any, Any] | None:
    """The least and the greatest value of a column in a row group, instants as milliseconds; None
    when not told.
    """
    told = group.column(_POSITION[name]).statistics
    if told is None or not told.has_min_max:
        return None
    return _plain(told.min), _plain(told.max)


def columns_for(columns: tuple[str, ...], wanted: ResultFilter) -> list[str]:
    """The columns to read for these, the filter and the order."""
    filtered = {name for name in EQUAL if getattr(wanted, name) is not None}
    needed = {*columns, *filtered, "received_at", "scheduled_at", "id"}
    return [name for name in FIELDS if name in needed]


def matching(
    table: Any,
    wanted: ResultFilter,
    *,
    received_after: Key | None = None,
    due_before: Key | None = None,
) -> Any:
    """The rows that are wanted and lie behind one position, and before another."""
    mask = None
    for name in EQUAL:
        if (value := getattr(wanted, name)) is not None:
            mask = _and(mask, _equal(table.column(name), value))
    if wanted.since is not None:
        mask = _and(mask, pc.greater_equal(table.column("scheduled_at"), _time(wanted.since)))
    if wanted.until is not None:
        mask = _and(mask, pc.less(table.column("scheduled_at"), _time(wanted.until)))
    if received_after is not None:
        mask = _and(mask, _beyond(table, "received_at", received_after, pc.greater))
    if due_before is not None:
        mask = _and(mask, _beyond(table, "scheduled_at", due_before, pc.less))
    return table if mask is None else table.filter(mask)


def _beyond(table: Any, name: str, key: Key, compare: Any) -> Any:
    at, identifier = key
    column = table.column(name)
    tied = pc.and_(pc.equal(column, _time(at)), compare(table.column("id"), identifier))
    return pc.or_(compare(column, _time(at)), tied)


def _equal(column: Any, value: Any) -> Any:
    return pc.equal(
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column, value
    )


def _and(mask: Any, more: Any) -> Any:
    return more if mask is None else pc.and_(mask, more)


def _time(at: Instant) -> Any:
    return pa.scalar(max(at, -(2**62)), pa.int64()).cast(TIME)


def _plain(value: Any) -> Any:
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _within(group: Any, name: str, value: Any) -> bool:
    found = bounds(group, name)
    return found is None or found[0] <= value <= found[1]


def _in_time(group: Any, wanted: ResultFilter) -> bool:
    found = bounds(group, "scheduled_at")
    return found is None or (
        (wanted.since is None or found[1] >= wanted.since)
        and (wanted.until is None or found[0] < wanted.until)
    )
