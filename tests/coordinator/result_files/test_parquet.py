"""Parquet: columns by name and type, and rows that are wrong named by their number."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from coordinator.result_files import BadLine, Mistakes, UnreadableError
from coordinator.result_files.parquet import read_parquet
from tests.coordinator.result_files.samples import FOUND, RECORDS, table
from worker.contract.result import Result


def read(folder: Path, made: pa.Table) -> tuple[list[Result], list[BadLine]]:
    parquet.write_table(made, folder / "r.parquet")
    mistakes = Mistakes()
    found = [
        result for batch in read_parquet(str(folder / "r.parquet"), mistakes) for result in batch
    ]
    return found, mistakes.first


@pytest.mark.parametrize(
    "times",
    [
        pa.timestamp("ms", "UTC"),
        pa.timestamp("us", "UTC"),
        pa.timestamp("ns"),
        pa.timestamp("ms", "Asia/Tokyo"),
    ],
)
def test_times_may_be_timestamps_of_any_unit(tmp_path: Path, times: pa.DataType) -> None:
    assert read(tmp_path, table(times=times)) == (FOUND, [])


def test_times_may_be_text(tmp_path: Path) -> None:
    received = pa.array([record["received_at"] for record in RECORDS])
    assert read(tmp_path, table(received_at=received)) == (FOUND, [])


def test_columns_of_few_words_may_be_dictionaries_and_extra_a_structure(tmp_path: Path) -> None:
    regions = pa.array([result.region for result in FOUND]).dictionary_encode()
    extra = pa.array([{"bytes": 12} for _ in FOUND])
    found, bad = read(tmp_path, table(region=regions, extra=extra))
    assert not bad
    assert {result.region for result in found} == {result.region for result in FOUND}
    assert found[0].extra == {"bytes": 12}


def test_columns_that_are_not_required_may_be_missing_and_others_are_ignored(
    tmp_path: Path,
) -> None:
    notes = pa.array(["x"] * len(FOUND))
    found, bad = read(tmp_path, table(detail=None, extra=None, total_ms=None, note=notes))
    assert not bad
    assert (found[1].detail, found[1].extra, found[1].total_ms) == ("", {}, None)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"has no column received_at$"):
        read(tmp_path, table(received_at=None))


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("ok", "boolean"),
        ("attempt", "a whole number"),
        ("total_ms", "a number"),
        ("received_at", "a timestamp or RFC 3339 text"),
        ("region", "text"),
    ],
)
def test_a_column_of_a_wrong_type_is_named(tmp_path: Path, column: str, wanted: str) -> None:
    wrong = pa.array([b"?"] * len(FOUND))
    with pytest.raises(
        UnreadableError, match=f"has a column {column} of type binary; it must be {wanted}"
    ):
        read(tmp_path, table(**{column: wrong}))


def test_a_bad_row_is_noted_with_its_number_and_skipped(tmp_path: Path) -> None:
    regions: list[str | None] = [result.region for result in FOUND]
    reasons = [str(result.reason) for result in FOUND]
    regions[4], reasons[7] = None, "tired"
    found, bad = read(tmp_path, table(region=pa.array(regions), reason=pa.array(reasons)))
    assert found == [result for n, result in enumerate(FOUND) if n not in (4, 7)]
    assert bad == [BadLine(5, "missing region"), BadLine(8, "'tired' is not a valid Reason")]


def test_what_is_no_parquet_file_says_so(tmp_path: Path) -> None:
    for content in (b"", b"PAR1 no", b"{}" * 100):
        (tmp_path / "r.parquet").write_bytes(content)
        with pytest.raises(UnreadableError, match="no whole Parquet file"):
            list(read_parquet(str(tmp_path / "r.parquet"), Mistakes()))
