"""Reads a folder of records. What cannot be read or used is counted, and never ends the reading."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from coordinator.evaluation.simulator.records import aws, gcp, labelled
from coordinator.evaluation.simulator.records.record import Record, Records, UnusableRecordError

_FIELD_LIMIT: Final = 1 << 24
_SHORTEST_MS: Final = 60_000


def read_records(folder: Path) -> Records:
    """All usable records of the files in a folder that are known by their names."""
    records = Records()
    for pattern, read in _READERS.items():
        for path in sorted(folder.glob(pattern)):
            records.add(_read(path, read))
    return records


def _read(path: Path, read: Callable[[Path], Iterator[Callable[[], Record]]]) -> Records:
    records = Records()
    try:
        for make in read(path):
            _keep(records, make)
    except (OSError, ValueError, csv.Error):
        records.skipped[f"{path.name} cannot be read"] += 1
    return records


def _keep(records: Records, make: Callable[[], Record]) -> None:
    try:
        record = make()
    except UnusableRecordError as error:
        records.skipped[str(error)] += 1
    except (AttributeError, TypeError, ValueError, OverflowError):
        records.skipped["it has another form"] += 1
    else:
        if record.lasts_ms < _SHORTEST_MS:
            records.skipped["it is over within a minute"] += 1
        else:
            records.usable.append(record)


def _gcp(path: Path) -> Iterator[Callable[[], Record]]:
    return _each(json.loads(path.read_text(encoding="utf-8")), gcp.read_incident)


def _aws(path: Path) -> Iterator[Callable[[], Record]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return _each(document.get("archive") if isinstance(document, dict) else None, aws.read_event)


def _each(
    entries: Any, read: Callable[[Mapping[str, Any]], Record]
) -> Iterator[Callable[[], Record]]:
    if not isinstance(entries, list):
        raise ValueError("no list of records")
    for entry in entries:
        yield partial(read, entry)


def _labelled(path: Path) -> Iterator[Callable[[], Record]]:
    csv.field_size_limit(_FIELD_LIMIT)
    with path.open(encoding="utf-8", newline="") as file:
        rows: Iterable[dict[str, str | None]] = csv.DictReader(file)
        for number, row in enumerate(rows, 1):
            yield partial(labelled.read_row, row, number)


_READERS: Final[Mapping[str, Callable[[Path], Iterator[Callable[[], Record]]]]] = {
    "gcp_incidents*.json": _gcp,
    "aws_shd_archive*.json": _aws,
    "cloud_label_*.csv": _labelled,
}
