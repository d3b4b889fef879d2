"""Writes what `outscope simulate` makes: results, the configuration that fits them, and what is
true.
"""

import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

import orjson
import yaml

from api.cli.files.output import written
from coordinator.domain.engine import Engine, Event
from coordinator.domain.model.rules import Rules
from coordinator.evaluation.simulator import Ask, Play, perform
from coordinator.evaluation.simulator.fleet.configuration import document
from worker.contract.instant import Instant, rfc3339
from worker.contract.result import Result, to_record

_LEVEL: Final = 5


def write_results(
    target: Path | None, play: Play, *, confirm: bool = False, force: bool = False
) -> None:
    """As NDJSON in the order in which they are received, compressed when the name ends in `.gz`; to
    standard output without a target.

    With `confirm` the judge watches and asks for extra looks, as it does live.
    """
    write = _write_confirmed if confirm else _write_lines
    if target is None:
        write(sys.stdout.buffer, play)
        sys.stdout.buffer.flush()
        return
    with written(target, force=force) as file:
        if target.suffix == ".gz":
            with gzip.GzipFile(
                "", "wb", _LEVEL, file, mtime=0
            ) as packed:  # the same bytes every time
                write(packed, play)
        else:
            write(file, play)


def write_configuration(path: Path, play: Play, *, force: bool) -> None:
    """The configuration that judges these results."""
    head = (
        f"# Looks at the simulated internet of `outscope simulate {play.scenario} --seed"
        f" {play.seed}`.\n"
    )
    text = yaml.safe_dump(document(play.topology), sort_keys=False, allow_unicode=True, width=120)
    with written(path, force=force) as file:
        file.write((head + text).encode())


def write_truth(path: Path, play: Play, *, force: bool) -> None:
    """What is true in the play."""
    with written(path, force=force) as file:
        file.write(json.dumps(truth_of(play), indent=2).encode() + b"\n")


def truth_of(play: Play) -> dict[str, Any]:
    """What is true in the play, as a JSON-able record."""
    return {
        "scenario": play.scenario,
        "seed": play.seed,
        "family": str(play.family),
        "since": rfc3339(play.since),
        "warm_until": rfc3339(play.warm_until),
        "until": rfc3339(play.until),
        "published_at": rfc3339(play.published_at) if play.published_at else None,
        "truths": [truth.to_record() for truth in play.truths],
    }


def _write_lines(file: IO[bytes] | gzip.GzipFile, play: Play) -> None:
    for batch in play.stream():
        file.write(_lines(batch))


class _Recorder:
    """The judge as it watches a play; what it hears is written down."""

    def __init__(self, engine: Engine, file: IO[bytes] | gzip.GzipFile) -> None:
        self._engine, self._file = engine, file

    def observe(self, results: Iterable[Result], /) -> None:
        heard = sorted(results, key=lambda result: result.received_at)
        self._file.write(_lines(heard))
        self._engine.observe(heard)

    def advance(self, now: Instant, /) -> Iterable[Event]:
        return self._engine.advance(now)

    def asks(self) -> Iterable[Ask]:
        return [Ask(*ask) for ask in self._engine.asks()]


def _write_confirmed(file: IO[bytes] | gzip.GzipFile, play: Play) -> None:
    for _ in perform(play, _Recorder(Engine(play.topology, Rules()), file)):
        pass


def _lines(results: Iterable[Result]) -> bytes:
    return b"".join(orjson.dumps(to_record(result)) + b"\n" for result in results)
