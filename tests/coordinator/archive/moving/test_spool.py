"""A day on disk, by service."""

from pathlib import Path
from typing import Any

import pytest

from coordinator.archive.moving import spool as spooling
from coordinator.archive.moving.making import cut
from coordinator.archive.moving.spool import Spool
from coordinator.store.results.archiving import Key
from coordinator.store.results.result_rows import to_row
from tests.coordinator.archive.moving.test_archiver import Past

Row = tuple[Any, ...]


@pytest.fixture
def rows(past: Past) -> list[Row]:
    return sorted(map(to_row, past(5, 50)), key=key)


def key(row: Row) -> Key:
    return row[7], row[0]


@pytest.fixture
def spool(rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    """Five runs, the last of which is short, and services that begin within a batch."""
    monkeypatch.setattr(spooling, "RUN_ROWS", 64)
    monkeypatch.setattr(spooling, "BATCH_ROWS", 10)
    with Spool(tmp_path / "spool.arrow") as made:
        for start in range(0, len(rows), 32):
            assert made.add(rows[start : start + 32]) == key(rows[start : start + 32][-1])
        made.finish()
    return made


def test_each_service_comes_in_order_of_time(spool: Spool, rows: list[Row]) -> None:
    assert len(spool.runs) == 5
    for service in ("claude", "openai", "claude"):
        ids = [
            identifier
            for batch in spool.of(service)
            for identifier in batch.column("id").to_pylist()
        ]
        assert ids == [row[0] for row in rows if row[2] == service]
        assert spool.services[service] == len(ids)
    assert list(spool.of("none")) == []


def test_the_keys_of_runs_are_those_that_were_read(spool: Spool, rows: list[Row]) -> None:
    assert set().union(*(spool.keys(run, ()) for run in spool.runs)) == set(map(key, rows))
    assert spool.keys(spool.runs[0], {"claude"}) == {
        key(row) for row in rows[:64] if row[2] == "openai"
    }
    assert [chunk for run in spool.runs for chunk in run.chunks][1] == (
        key(rows[32]),
        key(rows[63]),
    )


def test_rows_are_cut_at_windows_of_time(spool: Spool, rows: list[Row]) -> None:
    length = 86_400_000 // 8
    found = [
        batch.column("scheduled_at").cast("int64").to_pylist()
        for batch in cut(spool.of("claude"), length)
    ]
    assert [{at // length for at in times} for times in found] == [
        {rows[0][7] // length + n} for n in range(8)
    ]
    assert sum(map(len, found)) == len(rows) // 2
