"""The format `arrow`; see writer.py."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


def _writer(schema: Any, compression: str, _header: bool) -> Writer:
    from coordinator.analytics.exports.formats.arrow.writer import ArrowWriter

    return ArrowWriter(schema, compression)


FORMAT: Final = Format(
    name="arrow",
    about="a stream of Arrow batches, to be read while it arrives",
    suffixes=(".arrow", ".arrows"),
    media_type="application/vnd.apache.arrow.stream",
    writer=_writer,
    compressions=("none", "zstd"),
    packs=True,
)
