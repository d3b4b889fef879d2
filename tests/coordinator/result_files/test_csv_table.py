"""CSV: columns by name, empty for null, and rows that are wrong named by their line."""

import io

import pytest

from coordinator.result_files import BadLine, Mistakes, UnreadableError
from coordinator.result_files.csv_table import read_csv
from tests.coordinator.result_files.samples import FOUND, RECORDS, as_csv
from worker.contract.result import FIELDS, Result

SEVERAL = FIELDS[:14]


def read(content: bytes) -> tuple[list[Result], list[BadLine]]:
    mistakes = Mistakes()
    found = [result for batch in read_csv(io.BytesIO(content), mistakes) for result in batch]
    return found, mistakes.first


def test_columns_may_come_in_any_order_with_others_between() -> None:
    assert read(as_csv(names=(*FIELDS[::-1], "note"))) == (FOUND, [])


def test_columns_that_are_not_required_may_be_missing() -> None:
    found, bad = read(as_csv(names=SEVERAL))
    assert not bad
    assert [(r.id, r.ok, r.detail, r.extra) for r in found] == [(r.id, r.ok, "", {}) for r in FOUND]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"has no column region, worker$"):
        read(as_csv(names=tuple(name for name in FIELDS if name not in ("region", "worker"))))


def test_an_empty_file_has_no_header() -> None:
    with pytest.raises(UnreadableError, match="header"):
        read(b"")
    assert read(as_csv([])) == ([], [])


@pytest.mark.parametrize(
    ("column", "cell", "mistake"),
    [
        ("worker", "", "missing worker"),
        ("received_at", "noon", "Invalid isoformat string"),
        ("started_at", "2026-03-01T14:00:00", "no time zone"),
        ("attempt", "first", "not a whole number"),
        ("ok", "yes", "not true or false"),
        ("blame", "nobody", "not a valid Blame"),
        ("total_ms", "fast", "not a number"),
        ("extra", "{", "not an object"),
        ("extra", "[]", "not an object"),
    ],
)
def test_a_bad_row_is_noted_with_its_line_and_skipped(column: str, cell: str, mistake: str) -> None:
    table = as_csv(RECORDS[:5]).decode().splitlines(keepends=True)
    header, rows = table[0], as_csv([{**RECORDS[0], column: None}]).decode().splitlines()
    cells = rows[1].split(",")
    cells[header.strip().split(",").index(column)] = cell
    found, bad = read("".join([*table, ",".join(cells), "\n", *table[1:]]).encode())
    assert found == FOUND[:5] + FOUND[:5]
    assert [entry.number for entry in bad] == [len(table) + 1]
    assert mistake in bad[0].mistake


def test_a_row_with_too_few_cells_is_noted() -> None:
    assert read(as_csv(RECORDS[:1]) + b"a,b\n\n")[1] == [BadLine(3, "2 cells for 25 columns")]


def test_a_line_that_is_no_csv_does_not_stop_the_others() -> None:
    table = as_csv(RECORDS[:1], SEVERAL).splitlines(keepends=True)
    found, bad = read(table[0] + table[1] + b"x" * 140_000 + b"\n" + table[1])
    assert [result.id for result in found] == [FOUND[0].id] * 2
    assert [entry.number for entry in bad] == [3]


def test_a_byte_order_mark_and_other_line_ends_do_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + as_csv(RECORDS[:1]).replace(b"\r\n", b"\n")) == (FOUND[:1], [])
