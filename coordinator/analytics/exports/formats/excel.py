"""The format `excel`: `csv` with a byte order mark, without which Excel takes UTF-8 for something
else.
"""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, _compression: str, header: bool) -> Writer:
    from coordinator.analytics.exports.formats.csv.writer import CsvWriter

    return CsvWriter(schema, header, mark="\ufeff")


FORMAT: Final = Format(
    name="excel",
    about="csv with a byte order mark, for spreadsheets that guess the encoding",
    suffixes=(".excel.csv",),
    media_type="text/csv; charset=utf-8; header=present",
    writer=_writer,
    continues=True,
    has_header=True,
)
