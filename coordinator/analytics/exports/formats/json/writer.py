"""JSON: one array of objects, for programs that read a document as a whole."""

from typing import Any

from coordinator.analytics.exports.formats.ndjson.writer import Lines


class JsonWriter:
    """Writes one array."""

    def __init__(self, schema: Any) -> None:
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
