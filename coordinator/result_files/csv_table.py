"""CSV: a header row with the names of the fields, in any order; empty is null, `extra` is JSON, ok
is true or false.

Text that a spreadsheet would take for a formula has an apostrophe in front, as our own exports
write it.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import IO, Any

import msgspec
import orjson

from coordinator.result_files.mistakes import Mistakes, UnreadableError
from coordinator.result_files.row import REQUIRED, Row, results_of
from worker.contract.result import FIELDS, Result, from_record

BATCH_ROWS = 2_048
GUARDED = re.compile("'+[=+\\-@\t\r\n]")
"""Text that is written with one more apostrophe than it has."""
_EXTRA = FIELDS.index("extra")
_NOTHING = ("", "{}")
_READ: dict[str, Callable[[str], Any]] = {
    "attempt": int,
    "status_code": int,
    "asn": int,
    "ok": lambda text: {"true": True, "false": False}.get(text.lower(), text),
    "extra": orjson.loads,
    **{name: float for name in FIELDS if name.endswith("_ms")},
}

Cells = Sequence[str]


class _TableRow(Row, gc=False, array_like=True):
    """A row by the order of its cells."""


def read_csv(file: IO[bytes], mistakes: Mistakes) -> Iterator[list[Result]]:
    """The results of a table in its order, in batches; bad rows are noted. UnreadableError without
    a proper header.
    """
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        lines = csv.reader(text)
        header = next(lines, None)
        if not header:
            raise UnreadableError(
                "is empty: the header row with the names of the columns is missing"
            )
        picked = _columns(header)
        broken: str | None = ""
        while broken is not None:
            before, rows = lines.line_num, list[list[str]]()
            broken = _read_rows(lines, rows)
            yield _results(rows, len(header), picked, before, mistakes)
            if broken:
                mistakes.add(lines.line_num, broken)


def _columns(header: list[str]) -> Callable[[list[str]], Cells]:
    """Puts the cells of a row into the order of the fields; a column that is not there gives what
    was appended.
    """
    names = [name.strip() for name in header]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise UnreadableError(f"has no column {', '.join(missing)}")
    return itemgetter(*(names.index(name) if name in names else len(names) for name in FIELDS))


def _read_rows(lines: Iterator[list[str]], rows: list[list[str]]) -> str | None:
    """Add the next rows; what is wrong with the line after them, nothing if it is well, None at the
    end.
    """
    try:
        rows.extend(islice(lines, BATCH_ROWS))
    except csv.Error as error:
        return str(error)
    return "" if rows else None


def _results(
    rows: list[list[str]],
    width: int,
    picked: Callable[[list[str]], Cells],
    before: int,
    mistakes: Mistakes,
) -> list[Result]:
    whole = all(len(row) == width for row in rows)
    if whole:
        try:
            return results_of(
                msgspec.convert(
                    [_cells(row, picked) for row in rows], list[_TableRow], strict=False
                )
            )
        except ValueError:
            pass  # one of them is bad: find out which
    return list(_one_by_one(rows, width, picked, before, mistakes))


def _cells(row: list[str], picked: Callable[[list[str]], Cells]) -> list[Any]:
    cells: list[Any] = [_bare(cell) or None for cell in picked([*row, ""])]
    extra = cells[_EXTRA]
    cells[_EXTRA] = None if extra is None or extra in _NOTHING else orjson.loads(extra)
    return cells


def _one_by_one(
    rows: list[list[str]],
    width: int,
    picked: Callable[[list[str]], Cells],
    before: int,
    mistakes: Mistakes,
) -> Iterator[Result]:
    number = before
    for row in rows:
        number += 1 + sum(cell.count("\n") for cell in row)
        if not row:
            continue
        if len(row) != width:
            mistakes.add(number, f"{len(row)} cells for {width} columns")
            continue
        try:
            yield from_record(_record(picked([*row, ""])))
        except ValueError as error:
            mistakes.add(number, str(error))


def _record(cells: Cells) -> dict[str, Any]:
    return {
        name: _value(name, _bare(cell)) for name, cell in zip(FIELDS, cells, strict=True) if cell
    }


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def _value(name: str, cell: str) -> Any:
    read = _READ.get(name, str)
    try:
        return read(cell)
    except ValueError:
        return cell  # from_record says what it should be
