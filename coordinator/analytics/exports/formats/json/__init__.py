"""The format `json`; see writer.py."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, _compression: str, _header: bool) -> Writer:
    from coordinator.analytics.exports.formats.json.writer import JsonWriter

    return JsonWriter(schema)


FORMAT: Final = Format(
    name="json",
    about="one array of objects, for programs that read a document as a whole",
    suffixes=(".json",),
    media_type="application/json",
    writer=_writer,
)
