"""What holds for every format in the folder, whatever it is."""

from collections import Counter

import pyarrow as pa
import pytest

from coordinator.analytics.exports.format import COMPRESSIONS
from coordinator.analytics.exports.formats import DEFAULT, FORMATS, named

SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("ok", pa.bool_())])
BATCH = pa.RecordBatch.from_pylist([{"id": "a", "ok": True}, {"id": "b", "ok": None}], SCHEMA)


def written(name: str, batches: int, *, header: bool = True) -> bytes:
    """An export of so many equal batches."""
    made = FORMATS[name]
    writer = made.writer(SCHEMA, made.compressions[0], header)
    return writer.begin() + b"".join(writer.add(BATCH) for _ in range(batches)) + writer.end()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_called_as_its_file_is_and_says_what_it_is(name: str) -> None:
    made = FORMATS[name]
    assert made.name == name
    assert made.about[:1].islower()
    assert "\n" not in made.about
    assert "/" in made.media_type
    assert set(made.compressions) <= set(COMPRESSIONS)


def test_the_name_of_a_file_means_one_format_alone() -> None:
    counted = Counter(suffix for made in FORMATS.values() for suffix in made.suffixes)
    assert set(counted.values()) == {1}
    assert all(suffix.startswith(".") for suffix in counted)
    names = {"a.jsonl": "ndjson", "a.csv": "csv", "a.excel.csv": "excel", "a.b.csv": "csv"}
    assert {name: getattr(named(name), "name", None) for name in names} == names
    assert named("csv") is named("a.txt") is None
    assert DEFAULT in FORMATS


def test_a_spreadsheet_is_told_the_encoding_and_nothing_else_differs_from_csv() -> None:
    assert written("excel", 2) == "\ufeff".encode() + written("csv", 2)
    assert written("excel", 2, header=False) == written("csv", 2, header=False)


@pytest.mark.parametrize("name", FORMATS)
def test_more_rows_are_more_bytes_and_no_rows_are_a_whole_file_too(name: str) -> None:
    sizes = [len(written(name, batches)) for batches in (0, 1, 40)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("name", [name for name, made in FORMATS.items() if made.continues])
def test_what_may_be_continued_is_the_same_in_one_piece_and_in_two(name: str) -> None:
    assert written(name, 1) + written(name, 2, header=False) == written(name, 3)


@pytest.mark.parametrize("name", FORMATS)
def test_the_header_may_be_left_out_where_there_is_one_and_nowhere_else(name: str) -> None:
    differs = written(name, 1) != written(name, 1, header=False)
    assert differs is FORMATS[name].has_header
