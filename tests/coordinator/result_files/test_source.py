"""A file of results is read by what its name says."""

import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from backports import zstd

from coordinator.result_files import ResultFile, UnreadableError
from tests.coordinator.result_files.samples import FOUND, as_csv, ndjson, write
from worker.contract.result import Result

NAMES = (
    "r.ndjson", "r.jsonl", "r.json", "r", "R.NDJSON", "r.ndjson.gz", "r.ndjson.zst", "r.gz",
    "r.csv", "r.csv.gz", "r.csv.zst", "r.parquet",
)  # fmt: skip


def read(file: ResultFile) -> list[Result]:
    return [result for batch in file.batches() for result in batch]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_and_packing_tells_the_same_results(tmp_path: Path, name: str) -> None:
    file = ResultFile(str(write(tmp_path, name)))
    assert read(file) == FOUND
    assert file.mistakes.count == 0


def test_what_was_read_is_a_result_like_any_other() -> None:
    first = read(ResultFile(io.BytesIO(ndjson())))[0]
    assert type(first) is Result
    assert hash(FOUND[1].reason) == hash(first.reason)
    with pytest.raises(AttributeError):
        first.ok = False  # type: ignore[misc]


def test_a_dash_is_ndjson_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ndjson())))
    assert read(ResultFile("-")) == FOUND


def test_parts_packed_one_by_one_are_read_as_one_file(tmp_path: Path) -> None:
    lines = ndjson().splitlines(keepends=True)
    for name, pack in (("r.gz", gzip.compress), ("r.zst", zstd.compress)):
        (tmp_path / name).write_bytes(pack(b"".join(lines[:7])) + pack(b"".join(lines[7:])))
        assert read(ResultFile(tmp_path / name)) == FOUND


@pytest.mark.parametrize("name", ["r.ndjson.gz", "r.ndjson.zst", "r.csv.gz", "r.csv.zst"])
def test_a_packed_file_that_is_cut_off_says_so(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableError, match="cut off"):
        read(ResultFile(path))


@pytest.mark.parametrize("name", ["r.ndjson.gz", "r.ndjson.zst"])
def test_a_file_that_is_not_packed_as_its_name_says_cannot_be_read(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(ndjson())
    with pytest.raises(UnreadableError, match="cannot be read"):
        read(ResultFile(tmp_path / name))


@pytest.mark.parametrize("name", ["none.ndjson", "none.csv", "none.parquet", "none.gz"])
def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read(ResultFile(tmp_path / name))


def test_reading_again_notes_the_mistakes_anew(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(as_csv() + b"too,short\n")
    file = ResultFile(path)
    for _ in range(2):
        read(file)
        assert file.mistakes.count == 1
