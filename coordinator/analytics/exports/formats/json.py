"""JSON: one array of objects, for programs that read a document as a whole."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format
from coordinator.analytics.exports.formats.ndjson import Lines


class _Json:
    def __init__(self, schema: Any, _compression: str, _header: bool) -> None:
        self._lines = Lines(schema, ",\n")
        self._held = b""

    def begin(self) -> bytes:
        """The array begins."""
        return b"[\n"

    def add(self, batch: Any) -> bytes:
        """The objects; the comma behind the last one waits for the next."""
        given, whole = self._held, self._lines.of(batch)
        self._held = b",\n"
        return given + whole[:-2]

    def end(self) -> bytes:
        """The array ends."""
        return b"\n]\n"


FORMAT: Final = Format("json", "application/json", _Json)
