"""The format `excel`: `csv` with a byte order mark, without which Excel takes UTF-8 for something
else.
"""

from dataclasses import replace
from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer
from coordinator.analytics.exports.formats.csv import FORMAT as CSV


def _writer(schema: Any, _compression: str, header: bool) -> Writer:
    from coordinator.analytics.exports.formats.csv.writer import CsvWriter

    return CsvWriter(schema, header, mark="\ufeff")


FORMAT: Final[Format] = replace(
    CSV,
    name="excel",
    about="csv with a byte order mark, for spreadsheets that guess the encoding",
    suffixes=(".excel.csv",),
    writer=_writer,
)
