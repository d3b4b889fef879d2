"""Parquet's row groups: large ones, whatever the size and the dictionaries of the batches that
come.
"""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.analytics.exports.formats.parquet import FORMAT
from coordinator.analytics.exports.formats.parquet.writer import GROUP_ROWS

NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([("region", NAME), ("at", pa.int64())])
ROWS = 20_000


def _batch(number: int) -> Any:
    regions = pa.array([f"region-{number}", "eu-west"] * (ROWS // 2)).dictionary_encode().cast(NAME)
    return pa.RecordBatch.from_arrays(
        [regions, pa.array(range(number * ROWS, (number + 1) * ROWS))], schema=SCHEMA
    )


def test_small_batches_come_together_in_large_row_groups_and_no_row_is_lost_or_moved() -> None:
    writer = FORMAT.writer(SCHEMA, "zstd", True)
    parts = [writer.begin(), *(writer.add(_batch(number)) for number in range(9)), writer.end()]
    file = pq.ParquetFile(io.BytesIO(b"".join(parts)))
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert sizes == [60_000, 60_000, 60_000]
    assert sizes[0] >= GROUP_ROWS
    table = file.read()
    assert table.column("at").to_pylist() == list(range(9 * ROWS))
    assert [table.column("region")[number * ROWS].as_py() for number in range(9)] == [
        f"region-{n}" for n in range(9)
    ]


def test_without_rows_there_is_a_whole_file_all_the_same() -> None:
    writer = FORMAT.writer(SCHEMA, "zstd", True)
    assert pq.ParquetFile(io.BytesIO(writer.begin() + writer.end())).metadata.num_rows == 0
