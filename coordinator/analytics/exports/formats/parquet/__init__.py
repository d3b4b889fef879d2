"""The format `parquet`; see writer.py."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, compression: str, _header: bool) -> Writer:
    from coordinator.analytics.exports.formats.parquet.writer import ParquetWriter

    return ParquetWriter(schema, compression)


FORMAT: Final = Format(
    name="parquet",
    about="columns with types, packed by itself, for every tool of analysts",
    suffixes=(".parquet",),
    media_type="application/vnd.apache.parquet",
    writer=_writer,
    compressions=("zstd", "gzip", "none"),
    packs=True,
)
