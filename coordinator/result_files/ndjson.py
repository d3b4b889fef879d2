"""NDJSON: one result record a line, decoded a block at a time.

A block that has a bad line is decoded again line by line, by the slow way that can say what is
wrong.
"""

from collections.abc import Iterator
from typing import IO, Any

import msgspec
import orjson

from coordinator.result_files.mistakes import Mistakes
from coordinator.result_files.row import Row, results_of
from worker.contract.result import Result, from_record

BLOCK_BYTES = 1 << 17
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_decoder = msgspec.json.Decoder(Row)


def read_ndjson(file: IO[bytes], mistakes: Mistakes) -> Iterator[list[Result]]:
    """The results of a file in its order, in batches; empty lines are skipped, bad ones noted."""
    before = 0
    for block in _blocks(file):
        yield _results(block, before, mistakes)
        before += block.count(b"\n")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in whole lines, about `BLOCK_BYTES` each."""
    rest = file.read(BLOCK_BYTES).removeprefix(_BYTE_ORDER_MARK)
    while more := file.read(BLOCK_BYTES):
        whole, newline, begun = more.rpartition(b"\n")
        if newline:
            yield rest + whole + newline
            rest = begun
        else:
            rest += more
    yield rest


def _results(block: bytes, before: int, mistakes: Mistakes) -> list[Result]:
    try:
        return results_of(_decoder.decode_lines(block))
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = (
            _result(line, number, mistakes)
            for number, line in enumerate(block.split(b"\n"), before + 1)
        )
        return [result for result in found if result is not None]


def _result(line: bytes, number: int, mistakes: Mistakes) -> Result | None:
    if line.isspace() or not line:
        return None
    try:
        return from_record(_object(line))
    except ValueError as error:
        mistakes.add(number, str(error))
        return None


def _object(line: bytes) -> dict[str, Any]:
    record = orjson.loads(line)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record
