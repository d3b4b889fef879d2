"""The format `ndjson`; see writer.py."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, _compression: str, _header: bool) -> Writer:
    from coordinator.analytics.exports.formats.ndjson.writer import NdjsonWriter

    return NdjsonWriter(schema)


FORMAT: Final = Format(
    name="ndjson",
    about="one JSON object a line",
    suffixes=(".ndjson", ".jsonl"),
    media_type="application/x-ndjson",
    writer=_writer,
    continues=True,
)
