"""Apache Arrow's stream format: columns as they are in memory, to be read batch by batch while they
arrive.
"""

from typing import Any

import pyarrow as pa

from coordinator.analytics.exports.format import Outlet


class ArrowWriter:
    """Writes Arrow's stream."""

    def __init__(self, schema: Any, compression: str) -> None:
        self._out = Outlet()
        self._options = pa.ipc.IpcWriteOptions(
            compression=None if compression == "none" else compression
        )
        self._schema = schema
        self._writer: Any = None

    def begin(self) -> bytes:
        """The schema."""
        self._writer = pa.ipc.new_stream(self._out, self._schema, options=self._options)
        return self._out.taken()

    def add(self, batch: Any) -> bytes:
        """A batch, with dictionaries of its own."""
        self._writer.write_batch(batch)
        return self._out.taken()

    def end(self) -> bytes:
        """The mark of the end."""
        self._writer.close()
        return self._out.taken()
