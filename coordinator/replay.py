"""Replay: the past under any rule, by the very functions that run live.

`read_results` reads stored result records; `replay` runs them through the engine on their own clock.
"""

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from pathlib import Path
from typing import IO, Any

import orjson

from coordinator.domain.engine import Engine, Event
from coordinator.domain.fitness import FitnessChange
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Topology
from worker.contract.instant import Instant
from worker.contract.result import Result, from_record

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no result record: its number from 1, and what is wrong with it."""

    number: int
    mistake: str


@dataclass(slots=True)
class Records:
    """What was read: the results in the order they were received, and the lines that were none."""

    results: list[Result] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_results(source: str | Path | IO[bytes]) -> Records:
    """Read NDJSON result records from a path (`.gz` is unpacked), `-` (standard input) or an open binary file.

    Unknown fields are ignored, a bad line is noted with its number and skipped, empty lines are skipped.
    Raises OSError when the file cannot be read.
    """
    records = Records()
    with _opened(source) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                _read_line(number, line, records)
    records.results.sort(key=_received)
    return records


def _read_line(number: int, line: bytes, records: Records) -> None:
    try:
        records.results.append(from_record(_object(line)))
    except ValueError as error:
        records.bad.append(BadLine(number, str(error)))


def _object(line: bytes) -> dict[str, Any]:
    record = orjson.loads(line)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record


@contextmanager
def _opened(source: str | Path | IO[bytes]) -> Iterator[Iterable[bytes]]:
    if not isinstance(source, (str, Path)):
        yield source
    elif str(source) == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        opener: Callable[..., Any] = gzip.open if str(source).endswith(".gz") else open
        with opener(source, "rb") as file:
            yield file


def replay(
    results: Iterable[Result], topology: Topology, rules: Rules, until: Instant | None = None
) -> Iterator[dict[str, Any]]:
    """The records of design.md's replay, one for each change, in order of time.

    `results` come in order of `received_at`. Time goes on to the last result, and to `until` when given; later
    results are left out. No clock is read.
    """
    engine = Engine(topology, rules)
    step_ms = rules.step_ms
    wanted = results if until is None else takewhile(lambda result: result.received_at <= until, results)
    for step, batch in groupby(wanted, key=lambda result: -(-result.received_at // step_ms)):
        engine.observe(batch)
        yield from _told(engine.advance(step * step_ms))
    if until is not None:
        yield from _told(engine.advance(-(-until // step_ms) * step_ms))


def _told(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """The lines that replay prints: of fitness only the regions'."""
    for event in events:
        if not (isinstance(event, FitnessChange) and event.worker is not None):
            yield event.to_record()


def _received(result: Result) -> Instant:
    return result.received_at
