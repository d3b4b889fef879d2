"""NDJSON: one JSON object a line, what `outscope replay` reads and what logs are made of.

Whole columns become text and are joined once: as fast as the columns are, without an object for
each row.
"""

from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from coordinator.analytics.exports.texts import changed, data_of, is_text, lists, times
from coordinator.result_files.columns import is_json

_SPECIAL: Final = np.zeros(256, np.bool_)
_SPECIAL[[*range(32), ord('"'), ord("\\")]] = True
_SPECIAL_REGEX: Final = r'["\\\x00-\x1f]'


class Lines:
    """Rows as JSON objects; each is followed by `after`."""

    def __init__(self, schema: Any, after: str) -> None:
        self._schema, self._after = schema, after

    def of(self, batch: Any) -> bytes:
        """The objects of a batch, one behind the other."""
        pieces: list[Any] = []
        joint = "{"
        for field, array in zip(self._schema, batch.columns, strict=True):
            values, quoted = _values(field, array)
            key = f"{joint}{orjson.dumps(field.name).decode()}:"
            if not quoted or values.null_count:
                pieces += [key, _or_null(values, quoted)]
                joint = ","
            else:
                pieces += [f'{key}"', values]
                joint = '",'
        joint = joint.removesuffix(",") if joint != "{" else "{"
        return self._joined(pieces, f"{joint}}}{self._after}", batch.num_rows)

    def _joined(self, pieces: list[Any], end: str, rows: int) -> bytes:
        text = pc.binary_join_element_wise(*pieces, end, "")
        assert len(text) == rows  # noqa: S101 - scalars alone would be one row
        data: bytes = data_of(text).tobytes()
        return data


def _values(field: Any, array: Any) -> tuple[Any, bool]:
    """A column as text, and whether it stands in quotation marks."""
    if pa.types.is_timestamp(field.type):
        return times(array), True
    if pa.types.is_list(field.type):
        return lists(array), False
    if is_json(field):
        return array, False
    if is_text(field):
        return changed(
            array, _escaped, _special, lambda found: pc.match_substring_regex(found, _SPECIAL_REGEX)
        ), True
    if pa.types.is_floating(field.type) and not pc.all(pc.is_finite(array)).as_py():
        array = pc.if_else(pc.is_finite(array), array, None)
    return array.cast(pa.string()), False


def _or_null(values: Any, quoted: bool) -> Any:
    if not quoted:
        return pc.fill_null(values, "null")
    return pc.fill_null(pc.binary_join_element_wise('"', values, '"', ""), "null")


def _escaped(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _special(array: Any) -> bool:
    return bool(_SPECIAL[data_of(array)].any())


class NdjsonWriter:
    """Writes an object a line."""

    def __init__(self, schema: Any) -> None:
        self._lines = Lines(schema, "\n")

    def begin(self) -> bytes:
        """Nothing."""
        return b""

    def add(self, batch: Any) -> bytes:
        """A line for each row."""
        return self._lines.of(batch)

    def end(self) -> bytes:
        """Nothing."""
        return b""
