"""The format `toy`: the names of the columns, and a line with the number of rows in each batch."""

from typing import Any, Final

from coordinator.analytics.exports.format import Format, Writer


class ToyWriter:
    """Writes numbers."""

    def __init__(self, schema: Any) -> None:
        self._names = schema.names

    def begin(self) -> bytes:
        """The names."""
        return f"{' '.join(self._names)}\n".encode()

    def add(self, batch: Any) -> bytes:
        """How many rows these are."""
        return f"{batch.num_rows}\n".encode()

    def end(self) -> bytes:
        """That all is told."""
        return b"end\n"


def _writer(schema: Any, _compression: str, _header: bool) -> Writer:
    return ToyWriter(schema)


FORMAT: Final = Format(
    name="toy",
    about="how many rows there are, for children",
    suffixes=(".toy",),
    media_type="application/x-toy",
    writer=_writer,
)
