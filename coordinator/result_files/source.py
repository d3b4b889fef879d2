"""Where results come from: a path whose suffixes tell what it is and how it is packed, or standard
input.
"""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, cast

from backports import zstd

from coordinator.result_files.csv_table import read_csv
from coordinator.result_files.mistakes import Mistakes, UnreadableError
from coordinator.result_files.ndjson import read_ndjson
from coordinator.result_files.order import OutOfOrderError, all_in_order, in_order
from coordinator.result_files.parquet import read_parquet
from worker.contract.result import Result

STANDARD_INPUT: Final = "-"
_OPENERS: Final[dict[str, Any]] = {".gz": gzip.open, ".zst": zstd.open}


@dataclass(slots=True)
class ResultFile:
    """A file of results: `.csv` and `.parquet` by their suffix, else NDJSON; `.gz` and `.zst` are
    unpacked; `-` is NDJSON on standard input. An open binary file is NDJSON. A folder is one of
    Parquet files, in the order of their names.

    Reading raises OSError when it cannot be opened and UnreadableError when what it holds is no
    table of results; bad lines are skipped and noted in `mistakes`.
    """

    source: str | Path | IO[bytes]
    mistakes: Mistakes = field(default_factory=Mistakes)

    @property
    def can_be_read_again(self) -> bool:
        """Whether it is a file on disk."""
        return isinstance(self.source, (str, Path)) and str(self.source) != STANDARD_INPUT

    def batches(self) -> Iterator[list[Result]]:
        """The results in the order of the file."""
        self.mistakes = Mistakes()
        try:
            if (tables := self._tables()) is not None:
                for path in tables:
                    yield from read_parquet(path, self.mistakes)
                return
            with self._opened() as file:
                read = read_csv if ".csv" in self._suffixes()[:1] else read_ndjson
                yield from read(file, self.mistakes)
        except EOFError:
            raise UnreadableError(
                "cannot be read: it is cut off, the packed part ends too early"
            ) from None
        except (zlib.error, zstd.ZstdError, gzip.BadGzipFile) as error:
            raise UnreadableError(f"cannot be read: {error}") from error

    def in_order(self) -> Iterator[list[Result]]:
        """The results by when they were received. OutOfOrderError when that is not possible without
        reading all.
        """
        return in_order(self.batches())

    def sorted(self) -> list[Result]:
        """All results by when they were received, whatever their order in the file."""
        return all_in_order(self.batches())

    def _tables(self) -> list[str] | None:
        """The Parquet files that it consists of; None when it is text."""
        if self.can_be_read_again and (folder := Path(cast(str, self.source))).is_dir():
            return _tables_in(folder)
        return [str(self.source)] if ".parquet" in self._suffixes()[:1] else None

    def _suffixes(self) -> list[str]:
        """What it is, and how it is packed."""
        if not self.can_be_read_again:
            return []
        name = Path(cast(str, self.source)).name.lower()
        packed = next((suffix for suffix in _OPENERS if name.endswith(suffix)), "")
        return [Path(name.removesuffix(packed)).suffix, packed]

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        if not isinstance(self.source, (str, Path)):
            yield self.source
        elif str(self.source) == STANDARD_INPUT:
            yield sys.stdin.buffer
        else:
            with _OPENERS.get(self._suffixes()[1], open)(self.source, "rb") as file:
                yield file


def _tables_in(folder: Path) -> list[str]:
    """The files of a folder that `outscope dataset` wrote, or of any with Parquet files in it."""
    results = folder / "results"
    found = sorted((results if results.is_dir() else folder).glob("**/*.parquet"))
    if not found:
        raise UnreadableError("is a folder without results/*.parquet")
    return [str(path) for path in found]


__all__ = ["STANDARD_INPUT", "OutOfOrderError", "ResultFile"]
