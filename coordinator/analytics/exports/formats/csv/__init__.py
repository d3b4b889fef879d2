"""The format `csv`; see writer.py."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, _compression: str, header: bool) -> Writer:
    from coordinator.analytics.exports.formats.csv.writer import CsvWriter

    return CsvWriter(schema, header)


FORMAT: Final = Format(
    name="csv",
    about="a header and a line for each row, safe to open in a spreadsheet",
    suffixes=(".csv",),
    media_type="text/csv; charset=utf-8; header=present",
    writer=_writer,
    continues=True,
    has_header=True,
)
