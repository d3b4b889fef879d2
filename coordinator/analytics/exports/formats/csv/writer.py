"""CSV with a header: RFC 4180, UTF-8, null as an empty cell, JSON in columns of objects, RFC 3339
times.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula.
Such text gets an apostrophe in front, which reading takes off again, so that it stays what it was.
"""

import re
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from coordinator.analytics.exports.format import Outlet
from coordinator.analytics.exports.texts import changed, first_bytes, is_text, lists, times

_DANGEROUS: Final = "=+-@\t\r\n"
_FORMULA: Final = f"^'*[{re.escape(_DANGEROUS)}]"
_SUSPECT: Final = np.zeros(256, np.bool_)
_SUSPECT[[ord(character) for character in f"{_DANGEROUS}'"]] = True


class CsvWriter:
    """Writes lines of cells; the header begins with `mark`."""

    def __init__(self, schema: Any, header: bool, mark: str = "") -> None:
        self._schema, self._header, self._mark = schema, header, mark
        self._out = Outlet()
        plain = [pa.field(field.name, _plain(field.type)) for field in schema]
        self._plain = pa.schema(plain)

    def begin(self) -> bytes:
        """The names of the columns."""
        names = f"{self._mark}{','.join(self._schema.names)}\n"
        return names.encode() if self._header else b""

    def add(self, batch: Any) -> bytes:
        """A line for each row."""
        columns = [
            cells(field, array) for field, array in zip(self._schema, batch.columns, strict=True)
        ]
        table = pa.RecordBatch.from_arrays(columns, schema=self._plain)
        pc_csv.write_csv(
            table, self._out, pc_csv.WriteOptions(include_header=False, batch_size=8_192)
        )
        return self._out.taken()

    def end(self) -> bytes:
        """Nothing."""
        return b""


def cells(field: Any, array: Any) -> Any:
    """A column as what stands in its cells."""
    if pa.types.is_timestamp(field.type):
        return times(array)
    if pa.types.is_list(field.type):
        return lists(array)
    if is_text(field):
        return changed(
            array,
            lambda text: f"'{text}",
            _suspect,
            lambda found: pc.match_substring_regex(found, _FORMULA),
        )
    return array


def _suspect(array: Any) -> bool:
    return bool(_SUSPECT[first_bytes(array)].any())


def _plain(kind: Any) -> Any:
    return (
        pa.string()
        if pa.types.is_dictionary(kind) or pa.types.is_timestamp(kind) or pa.types.is_list(kind)
        else kind
    )
