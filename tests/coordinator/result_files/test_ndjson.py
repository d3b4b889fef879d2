"""NDJSON is read in blocks, and a bad line is named as if it had been read alone."""

import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.result_files import BadLine, Mistakes
from coordinator.result_files import ndjson as reader
from tests.coordinator.result_files.samples import FOUND, RECORDS, ndjson
from worker.contract.result import Result, from_record


def read(content: bytes) -> tuple[list[Result], list[BadLine]]:
    mistakes = Mistakes()
    found = [
        result for batch in reader.read_ndjson(io.BytesIO(content), mistakes) for result in batch
    ]
    return found, mistakes.first


BAD = {
    b"{not json": "unexpected character",
    b"[1]": "not a JSON object",
    orjson.dumps({**RECORDS[0], "worker": None}): "missing worker",
    orjson.dumps({**RECORDS[0], "scheduled_at": "yesterday"}): "Invalid isoformat string",
    orjson.dumps({**RECORDS[0], "started_at": "2026-03-01T14:00:00"}): "no time zone",
    orjson.dumps({**RECORDS[0], "reason": "tired"}): "not a valid Reason",
    orjson.dumps({**RECORDS[0], "ok": 1}): "not true or false",
    orjson.dumps({**RECORDS[0], "attempt": 0.5}): "not a whole number",
    orjson.dumps({**RECORDS[0], "asn": True}): "not a whole number",
    orjson.dumps({**RECORDS[0], "total_ms": "fast"}): "not a number",
    orjson.dumps({**RECORDS[0], "region": 7}): "not text",
    orjson.dumps({**RECORDS[0], "extra": []}): "not an object",
    b'"\xff"': "str is not valid UTF-8",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_noted_with_its_number_and_skipped(line: bytes) -> None:
    found, bad = read(ndjson(RECORDS[:3]) + b"\n" + line + b"\n" + ndjson(RECORDS[3:5]))
    assert found == FOUND[:5]
    assert [entry.number for entry in bad] == [5]
    assert BAD[line] in bad[0].mistake


def test_numbers_go_on_from_block_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK_BYTES", 1_500)
    lines = ndjson().splitlines()
    for place in (3, 57, 91):
        lines[place] = b"{"
    found, bad = read(b"\n".join(lines))
    assert [entry.number for entry in bad] == [4, 58, 92]
    assert len(found) == len(FOUND) - 3


@pytest.mark.parametrize("size", [1, 7, 100, 517, 4_000])
def test_blocks_of_any_size_give_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK_BYTES", size)
    assert read(ndjson(RECORDS[:20]).rstrip(b"\n")) == (FOUND[:20], [])


def test_empty_lines_other_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    content = b"\xef\xbb\xbf\n\n" + ndjson(RECORDS[:3]).replace(b"\n", b"\r\n\r\n") + b"   \n"
    assert read(content) == (FOUND[:3], [])
    assert read(b"") == ([], [])


def test_unknown_fields_are_ignored_and_null_is_nothing_measured() -> None:
    sparse = {**RECORDS[0], "unknown": {"a": [1]}, "detail": None, "extra": None, "dns_ms": None}
    assert read(ndjson([sparse])) == ([FOUND[0]], [])
    required = {name: RECORDS[0][name] for name in list(RECORDS[0])[:14]}
    assert read(ndjson([required]))[0][0].detail == ""


@given(
    st.datetimes(),
    st.sampled_from(["Z", "+00:00", "+05:30", "-08:00"]),
    st.sampled_from(["milliseconds", "microseconds", "seconds"]),
)
def test_times_are_read_as_one_by_one(moment, zone: str, precision: str) -> None:  # type: ignore[no-untyped-def]
    record = {**RECORDS[0], "received_at": moment.isoformat(timespec=precision) + zone}
    try:
        expected = ([from_record(record)], 0)
    except ValueError:
        expected = ([], 1)
    found, bad = read(orjson.dumps(record))
    assert (found, len(bad)) == expected
