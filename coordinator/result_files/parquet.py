"""Parquet: columns with the names of the fields. Times are timestamps (UTC when they do not say) or
RFC 3339 text.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import orjson

from coordinator.result_files.mistakes import Mistakes, UnreadableError
from coordinator.result_files.row import REQUIRED
from worker.contract.instant import parse_rfc3339, rfc3339
from worker.contract.outcome import Blame, Reason
from worker.contract.result import FIELDS, TIMES, Result, from_record

if TYPE_CHECKING:
    from pyarrow import Array, DataType, RecordBatch, Schema

BATCH_ROWS = 4_096
_WHOLE = frozenset({"attempt", "status_code", "asn"})
_ENUMS: Mapping[str, Mapping[str, Any]] = {
    "reason": {str(reason): reason for reason in Reason},
    "blame": {str(blame): blame for blame in Blame},
}


def read_parquet(path: str, mistakes: Mistakes) -> Iterator[list[Result]]:
    """The results of a file in its order, in batches; bad rows are noted. UnreadableError for
    another schema.
    """
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UnreadableError(
            "is Parquet, which needs pyarrow; install outscope[coordinator]"
        ) from None
    try:
        with ParquetFile(path) as file:
            names = _columns(file.schema_arrow)
            before = 0
            for batch in file.iter_batches(BATCH_ROWS, columns=names):
                yield _results(batch, before, mistakes)
                before += batch.num_rows
    except pa.ArrowException as error:
        raise UnreadableError(f"is no whole Parquet file: {error}") from error


def results_in(table: Any) -> list[Result]:
    """The results that a table in memory tells; it must have been written by ourselves."""
    return [result for batch in table.to_batches() for result in _results(batch, 0, Mistakes())]


def _columns(schema: "Schema") -> list[str]:
    """The columns to read; those that are missing, or one of a wrong type, are an error."""
    missing = [name for name in REQUIRED if name not in schema.names]
    if missing:
        raise UnreadableError(f"has no column {', '.join(missing)}")
    names = [name for name in FIELDS if name in schema.names]
    for name in names:
        found, wanted = schema.field(name).type, _wanted(name)
        if not _fits(name, found):
            raise UnreadableError(f"has a column {name} of type {found}; it must be {wanted}")
    return names


def _wanted(name: str) -> str:
    if name in TIMES:
        return "a timestamp or RFC 3339 text"
    if name in _WHOLE:
        return "a whole number"
    if name.endswith("_ms"):
        return "a number"
    return {"ok": "boolean", "extra": "JSON text or a structure"}.get(name, "text")


def _fits(name: str, kind: "DataType") -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    whole = types.is_integer(kind)
    if types.is_null(kind):
        fits = name not in REQUIRED
    elif name in TIMES:
        fits = text or types.is_timestamp(kind)
    elif name in _WHOLE:
        fits = whole
    elif name.endswith("_ms"):
        fits = whole or types.is_floating(kind)
    elif name == "ok":
        fits = types.is_boolean(kind)
    else:
        fits = text or (name == "extra" and types.is_nested(kind))
    return bool(fits)


def _results(batch: "RecordBatch", before: int, mistakes: Mistakes) -> list[Result]:
    try:
        columns = [_column(name, batch) for name in FIELDS]
    except (ValueError, LookupError):
        return list(_one_by_one(batch, before, mistakes))
    return list(map(Result._make, zip(*columns, strict=True)))


def _column(name: str, batch: "RecordBatch") -> list[Any]:
    """The values of a column as they are in results; ValueError or LookupError when one is bad."""
    if name not in batch.schema.names:
        return _nothing(name, batch.num_rows)
    array = batch.column(name)
    if array.null_count and name in REQUIRED:
        raise ValueError(f"missing {name}")
    if name in TIMES:
        return _instants(array)
    if array.null_count == len(array):
        return _nothing(name, len(array))
    values: list[Any] = array.to_pylist()
    if name in _ENUMS:
        return [_ENUMS[name][value] for value in values]
    if name == "extra":
        return [_extra(value) for value in values]
    return [value or "" for value in values] if name == "detail" else values


def _nothing(name: str, rows: int) -> list[Any]:
    """A column that is not there."""
    if name == "extra":
        return [{} for _ in range(rows)]
    return ["" if name == "detail" else None] * rows


def _extra(value: Any) -> dict[str, Any]:
    found = orjson.loads(value) if isinstance(value, str) and value else dict(value or {})
    if not isinstance(found, dict):
        raise ValueError("extra is no object")
    return found


def _instants(array: "Array") -> list[Any]:
    """Milliseconds; None where there is nothing."""
    import pyarrow as pa

    if pa.types.is_timestamp(array.type):
        return cast(
            list[Any],
            array.cast(pa.timestamp("ms", array.type.tz), safe=False).cast(pa.int64()).to_pylist(),
        )
    return [value and parse_rfc3339(value) for value in array.to_pylist()]


def _one_by_one(batch: "RecordBatch", before: int, mistakes: Mistakes) -> Iterator[Result]:
    """The slow way, which can say what is wrong with a row."""
    for number in range(batch.num_rows):
        row = batch.slice(number, 1)
        try:
            yield from_record(dict(_cells(row)))
        except ValueError as error:
            mistakes.add(before + number + 1, str(error))


def _cells(row: "RecordBatch") -> Iterator[tuple[str, Any]]:
    for name in row.schema.names:
        array = row.column(name)
        value = array.to_pylist()[0]
        if value is not None:
            if name == "extra":
                value = _extra(value)
            elif name in TIMES and not isinstance(value, str):
                value = rfc3339(_instants(array)[0])
            yield name, value
