"""Writes what `outscope simulate` makes: results, the configuration that fits them, and what is true."""

import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

import orjson
import yaml

from api.cli.beside import beside
from coordinator.simulator import Play
from coordinator.simulator.configuration import document
from worker.contract.instant import rfc3339
from worker.contract.result import Result, to_record

OUTPUT: Final = "-"
_LEVEL: Final = 5


def write_results(target: str, play: Play) -> None:
    """As NDJSON in the order in which they are received, compressed when the name ends in `.gz`."""
    if target == OUTPUT:
        _write_lines(sys.stdout.buffer, play)
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    with beside(path) as file:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:  # the same bytes every time
                _write_lines(packed, play)
        else:
            _write_lines(file, play)


def write_configuration(path: Path, play: Play) -> None:
    """The configuration that judges these results."""
    head = f"# Looks at the simulated internet of `outscope simulate {play.scenario} --seed {play.seed}`.\n"
    text = yaml.safe_dump(document(play.topology), sort_keys=False, allow_unicode=True, width=120)
    with beside(path) as file:
        file.write((head + text).encode())


def write_truth(path: Path, play: Play) -> None:
    """What is true in the play."""
    with beside(path) as file:
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


def _lines(results: Iterable[Result]) -> bytes:
    return b"".join(orjson.dumps(to_record(result)) + b"\n" for result in results)
