"""Downloads that are broken off, by the client or by a signal: nothing of it is an error of ours,
so nothing is left in the log.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.formats import FORMATS
from coordinator.store import Store
from tests.api import seeds
from tests.api.process import ApiProcess
from worker.contract.clock import now

ROWS = 30_000
EXPORTS = [
    f"/v1/exports/{name}?format={kind}&compression={pressed}"
    for name in DATASETS
    for kind, pressed in chain.from_iterable(
        [(kind, pressed) for pressed in made.compressions] for kind, made in FORMATS.items()
    )
]
OTHERS = ["/v1/events", "/v1/events?after=0", "/v1/results?limit=1000", "/v1/services", "/metrics"]
UNTOLD = ("Task was destroyed", "never retrieved", "Exception ignored", "Traceback", "Error")
pytestmark = pytest.mark.slow


@pytest.fixture
def api(
    api_database: str, seed: Callable[..., None], free_port: Callable[[], int], tmp_path: Path
) -> Iterator[ApiProcess]:
    """A process of the API on more results than a socket holds."""

    async def write(store: Store) -> None:
        at = now()
        await store.configurations.save(seeds.configuration(), at)
        await seeds.judged(store, at, seeds.verdict("claude", at))
        for start in range(0, ROWS, 10_000):
            numbers = range(start, start + 10_000)
            await store.results.add(
                [seeds.result(at - n * 10, n, detail=f"no answer, place {n}") for n in numbers]
            )

    seed(write)
    settings = {"OUTSCOPE_EXPORTS": "100", "OUTSCOPE_EXPORTS_PER_CLIENT": "100"}
    process = ApiProcess(api_database, free_port(), tmp_path / "api.log", **settings)
    yield process
    process.stop()


def broken(link: socket.socket, *, reset: bool) -> None:
    """Go away: with a reset, or as if it had read all."""
    if reset:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def nothing_untold(said: str) -> None:
    lines = [line for line in said.splitlines() if any(word in line for word in UNTOLD)]
    assert not lines, said[-5_000:]


def test_what_clients_break_off_leaves_nothing_in_the_log(api: ApiProcess) -> None:
    for number, path in enumerate([*EXPORTS, *OTHERS]):
        link = api.open(path)
        if number % 3:
            assert link.recv(40).startswith(b"HTTP/1.1 200"), path
        broken(link, reset=number % 2 == 0)
    for path in EXPORTS[:: len(FORMATS)]:  # many at once
        broken(api.open(path), reset=True)
    assert api.get("/v1/services")[0] == 200
    code, said = api.end()
    assert code == 0, said
    nothing_untold(said)


@pytest.mark.parametrize("part", range(3))
def test_a_stop_in_the_middle_of_downloads_leaves_nothing_in_the_log(
    api: ApiProcess, part: int
) -> None:
    results = [path for path in EXPORTS if "/results?" in path]
    links = [api.open(path) for path in [*results[part::3], *OTHERS[:3]]]
    for link in links:
        assert link.recv(12) == b"HTTP/1.1 200"
    code, said = api.end()
    assert code == 0, said
    nothing_untold(said)
