"""`outscope export --cursor`: what changed since, so that increments put together are the whole."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Ran

from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.domain.rollups.level import LENGTH_MS
from coordinator.store import Heard, Store
from tests.api import seeds
from worker.contract.clock import now

pytestmark = pytest.mark.slow
HOUR_MS = 3_600_000
KEYS = {
    "rollups": ("at", "service", "component", "check", "region"),
    "incidents": ("id",),
    "verdicts": ("service", "at"),
    "workers": ("region", "worker"),
    "results": ("id",),
}
Run = Callable[..., Ran]
Row = dict[str, Any]


class Copy:
    """What somebody has who fetches increments of a dataset."""

    def __init__(self, outscope: Run, dataset: str, *words: str) -> None:
        self._outscope, self._dataset, self._words = outscope, dataset, words
        self._cursor: str | None = None
        self.rows: dict[tuple[Any, ...], Row] = {}

    def fetch(self) -> list[Row]:
        """The next increment."""
        rows, cursor = self.export(self._cursor)
        again, _ = self.export(self._cursor)
        assert again == rows, "the same increment is another one the second time"
        self._cursor = cursor
        self.rows.update({self.key(row): row for row in rows})
        return rows

    def export(self, cursor: str | None = None) -> tuple[list[Row], str]:
        """What stands behind a cursor, and the next one."""
        behind = [] if cursor is None else ["--cursor", cursor]
        ran = self._outscope("export", self._dataset, *self._words, *behind)
        assert ran.exit_code == 0, ran.stderr
        return (
            [json.loads(line) for line in ran.stdout.splitlines()],
            ran.stderr.strip().rsplit("cursor ", 1)[1],
        )

    def key(self, row: Row) -> tuple[Any, ...]:
        """What tells rows apart."""
        return tuple(row[name] for name in KEYS[self._dataset])

    def whole(self) -> dict[tuple[Any, ...], Row]:
        """All of it, exported anew."""
        return {self.key(row): row for row in self.export()[0]}


async def roll_up(store: Store) -> None:
    for level in LENGTH_MS:
        for at in await store.rollups.due(level, now() * 2):
            await store.rollups.make(level, at)


def looks(at: int, first: int, count: int, **fields: Any) -> Callable[[Store], Any]:
    async def write(store: Store) -> None:
        more = [seeds.result(at + n, first + n, **fields) for n in range(count)]
        await store.results.add(more)
        await roll_up(store)

    return write


def test_rollups_through_the_end_of_an_hour_with_late_and_struck_results(
    outscope: Run, seed: Callable[..., None]
) -> None:
    hour = now() // HOUR_MS * HOUR_MS - 5 * HOUR_MS
    copy = Copy(outscope, "rollups")
    assert copy.fetch() == []
    seed(looks(hour, 0, 3))
    assert [row["looks"] for row in copy.fetch()] == [3]
    seed(looks(hour + 1_000, 3, 4))
    seed(looks(hour + HOUR_MS, 7, 1))
    assert [row["looks"] for row in copy.fetch()] == [7, 1], "the hour went on, and another began"
    assert copy.fetch() == []
    seed(looks(hour + 30_000, 8, 2, region="us-east"))
    assert [(row["region"], row["looks"]) for row in copy.fetch()] == [("us-east", 2)]
    assert copy.rows == copy.whole()

    async def strike(store: Store) -> None:
        span = ("us-east", 0, now() * 2)
        await store.striking.strike(*span, await store.striking.find(*span), ("", "me", now()))
        await roll_up(store)

    seed(strike)
    (gone,) = copy.fetch()
    assert (gone["region"], gone["looks"], gone["total_p50_ms"]) == ("us-east", 0, None)
    assert copy.rows == copy.whole()
    seed(looks(hour + 40_000, 10, 1))
    copy.fetch()
    assert copy.rows == copy.whole()


def test_the_life_of_an_incident_is_told_to_its_end(
    outscope: Run, seed: Callable[..., None]
) -> None:
    at = now() - HOUR_MS
    copy, one = Copy(outscope, "incidents"), Copy(outscope, "incidents", "--region", "eu-west")
    opened, other = seeds.incident("claude", at), seeds.incident("openai", at + 1)
    seed(lambda store: store.incidents.apply(opened, other))
    assert len(copy.fetch()) == 2
    one.fetch()

    def becomes(moment: Moment, **changes: Any) -> None:
        incident = replace(opened.incident, **changes)
        event = IncidentEvent(at + 60_000 * len(told), moment, incident)
        seed(lambda store: store.incidents.apply(event))
        (row,) = copy.fetch()
        one.fetch()
        assert row["id"] == opened.incident.id
        assert copy.rows == copy.whole()
        told.append(moment)

    told = [Moment.OPENED]
    becomes(Moment.REVISED, reason="less of it")
    becomes(Moment.RESOLVED, resolved_at=at + 200_000, ended_by=at + 190_000)
    assert copy.rows[opened.incident.id,]["resolved_at"] is not None
    becomes(Moment.WITHDRAWN, withdrawn=True, resolved_at=at + 200_000)
    assert copy.rows[opened.incident.id,]["withdrawn"] is True
    assert one.rows == one.whole()
    assert copy.fetch() == []


def test_increments_that_are_fetched_in_pieces_lose_nothing_of_what_changes_meanwhile(
    outscope: Run, seed: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.cli.files.download.SEGMENT_ROWS", 2)
    at = now() - HOUR_MS
    events = [seeds.incident("claude", at + n, number=n) for n in range(7)]
    seed(lambda store: store.incidents.apply(*events))
    copy = Copy(outscope, "incidents")
    ran = outscope("export", "incidents", "--out", tmp_path / "i.ndjson")
    assert len((tmp_path / "i.ndjson").read_text().splitlines()) == 7
    cursor = ran.stderr.strip().rsplit("cursor ", 1)[1]
    assert copy.export(cursor)[0] == []
    changed = [
        IncidentEvent(at + 99, Moment.UPDATED, replace(event.incident, reason="changed"))
        for event in events[1:6]
    ]
    seed(lambda store: store.incidents.apply(*changed))
    outscope("export", "incidents", "--cursor", cursor, "--out", tmp_path / "j.ndjson")
    rows = [json.loads(line) for line in (tmp_path / "j.ndjson").read_text().splitlines()]
    assert sorted(row["id"] for row in rows) == sorted(event.incident.id for event in changed)


def test_workers_come_whole_and_results_once(outscope: Run, seed: Callable[..., None]) -> None:
    seed(lambda store: store.workers.heard([Heard("eu-west", "eu-west-1", now(), None, None)]))
    workers, results = Copy(outscope, "workers"), Copy(outscope, "results")
    seed(looks(now() - HOUR_MS, 0, 5))
    workers.fetch()
    assert len(results.fetch()) == 5
    seed(looks(now() - HOUR_MS + 60_000, 5, 2))
    assert len(results.fetch()) == 2
    workers.fetch()
    assert (workers.rows, results.rows) == (workers.whole(), results.whole())


def test_a_cursor_of_a_later_state_is_refused(
    outscope: Run, seed: Callable[..., None], api_database: str
) -> None:
    copy = Copy(outscope, "incidents")
    seed(lambda store: store.incidents.apply(seeds.incident("claude", now())))
    copy.fetch()
    seed(lambda store: store._database.fetch("UPDATE change SET number = 0"))
    ran = outscope("export", "incidents", "--cursor", copy._cursor)
    assert ran.exit_code == 1
    assert "export all of it anew" in ran.stderr
