"""Exports beside other requests, against a real process of the API."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from coordinator.store import Store
from tests.api import seeds
from tests.api.process import ApiProcess, status_of
from worker.contract.clock import now

ROWS = 60_000
EXPORT = "/v1/exports/results?format={}&compression=none"
MOST_MB = 350
pytestmark = pytest.mark.slow


@pytest.fixture
def filled(api_database: str, seed: Callable[..., None]) -> str:
    """A database with enough results for an export that no socket holds by itself."""

    async def write(store: Store) -> None:
        at = now()
        await store.configurations.save(seeds.configuration(), at)
        await seeds.judged(store, at, seeds.verdict("claude", at))
        for start in range(0, ROWS, 10_000):
            rows = [
                seeds.result(at - n * 10, n, detail=f"no answer from place {n} within 10 s")
                for n in range(start, start + 10_000)
            ]
            await store.results.add(rows)

    seed(write)
    return api_database


@pytest.fixture
def running(
    filled: str, free_port: Callable[[], int], tmp_path: Path
) -> Iterator[Callable[..., ApiProcess]]:
    """Starts the API on that database."""
    with ExitStack() as stack:

        def start(**environment: str) -> ApiProcess:
            process = ApiProcess(filled, free_port(), tmp_path / "api.log", **environment)
            stack.callback(process.stop)
            return process

        yield start


def kinds_of(links: list[socket.socket]) -> list[int]:
    return [status_of(link) for link in links]


@pytest.mark.parametrize("format_name", ["parquet", "ndjson"])
def test_thirty_slow_readers_hold_up_nobody_else(
    running: Callable[..., ApiProcess], format_name: str
) -> None:
    api = running()
    path = EXPORT.format(format_name)
    links = [api.open(path, address=f"203.0.113.{n}") for n in range(30)]
    took_ms, most_mb = [], 0.0
    until_s = time.monotonic() + 6
    while time.monotonic() < until_s:
        began_s = time.monotonic()
        assert api.get("/v1/services")[0] == 200
        took_ms.append((time.monotonic() - began_s) * 1000)
        most_mb = max(most_mb, api.rss_mb())
        time.sleep(0.02)
    statuses = kinds_of(links)
    assert sorted(statuses) == [200] * 4 + [429] * 26
    assert sorted(took_ms)[int(len(took_ms) * 0.95)] < 1_000
    assert most_mb < MOST_MB


def test_one_client_has_only_so_many_places_and_is_told_when_to_come_again(
    running: Callable[..., ApiProcess],
) -> None:
    api = running()
    path = EXPORT.format("ndjson")
    assert kinds_of([api.open(path, address="203.0.113.1") for _ in range(2)]) == [200, 200]
    status, headers, problem = api.get(path, **{"x-forwarded-for": "203.0.113.1"})
    assert (status, problem["code"]) == (429, "too_many_exports")
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["retry-after"]) > 0
    assert status_of(api.open(path, address="203.0.113.2")) == 200


def test_a_reader_that_goes_away_frees_its_place(running: Callable[..., ApiProcess]) -> None:
    api = running(OUTSCOPE_EXPORTS="1")
    path = EXPORT.format("ndjson")
    link = api.open(path)
    assert status_of(link) == 200
    assert status_of(api.open(path)) == 429
    link.close()
    deadline_s = time.monotonic() + 90
    while status_of(again := api.open(path)) != 200:
        assert time.monotonic() < deadline_s, "the place was not freed"
        again.close()
        time.sleep(0.1)


def test_a_refused_export_does_not_push_out_the_summary_of_another(
    running: Callable[..., ApiProcess],
) -> None:
    api = running(OUTSCOPE_EXPORTS="1")
    path = EXPORT.format("ndjson")
    link = api.open(path)
    assert status_of(link) == 200
    head = link.recv(2000).decode(errors="replace").lower()
    identifier = head.split("outscope-export: ")[1].split("\r\n")[0]
    assert api.get(path)[0] == 429
    assert api.get(f"/v1/exports/summaries/{identifier}")[2]["complete"] is False


def test_a_mistake_in_the_query_gives_its_place_back(running: Callable[..., ApiProcess]) -> None:
    api = running(OUTSCOPE_EXPORTS="1")
    for _ in range(3):
        assert api.get("/v1/exports/results?format=xls")[0] == 422
    assert status_of(api.open(EXPORT.format("ndjson") + "&limit=1")) == 200
