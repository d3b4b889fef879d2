"""Apache Parquet: columns with types, compressed, for every tool of analysts."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.exports.format import Format, Outlet


class _Parquet:
    def __init__(self, schema: Any, compression: str, _header: bool) -> None:
        self._schema, self._compression = schema, compression
        self._out = Outlet()
        self._writer: Any = None

    def begin(self) -> bytes:
        """The magic number."""
        names = [field.name for field in self._schema if pa.types.is_dictionary(field.type)]
        self._writer = pq.ParquetWriter(
            self._out,
            self._schema,
            compression=self._compression,
            use_dictionary=[*names, *({"detail", "extra"} & set(self._schema.names))],
            write_page_checksum=True,
        )
        return self._out.taken()

    def add(self, batch: Any) -> bytes:
        """A row group."""
        self._writer.write_batch(batch)
        return self._out.taken()

    def end(self) -> bytes:
        """The footer."""
        self._writer.close()
        return self._out.taken()


FORMAT: Final = Format(
    "parquet", "application/vnd.apache.parquet", _Parquet, compressions=("zstd", "gzip", "none"), packs=True
)
