"""An archiving that is killed at any step loses nothing and doubles nothing."""

import subprocess
import sys
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.place import Place
from coordinator.archive.reading.record import Record
from coordinator.store import Store
from tests.coordinator.archive.conftest import HOT_MS
from tests.coordinator.archive.dying import STEPS
from tests.coordinator.archive.reading.test_record import read
from worker.contract.result import Result

CHILD = Path(__file__).with_name("dying.py")
ROOT = Path(__file__).parents[3]


def ended_by(step: str, argv: list[str]) -> None:
    ended = subprocess.run(
        argv, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -9, (step, ended.stderr)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("store_url", "step"),
    [*(("sqlite", step) for step in STEPS), ("postgres", "enter"), ("postgres", "half deleted")],
    indirect=["store_url"],
)
async def test_killed_at_a_step_then_done_again(
    store: Store,
    keep: Callable[..., Awaitable[None]],
    store_url: str,
    place: Place,
    past: Callable[..., list[Result]],
    step: str,
) -> None:
    told = [*past(5), *past(1)]
    await keep(told)

    argv = [sys.executable, str(CHILD), store_url, place.root, str(HOT_MS), step]
    await to_thread(ended_by, step, argv)

    assert await read(Record(store, place)) == told
    page = await Record(store, place).page(limit=1000)
    assert sorted(r.id for r in page.items) == sorted(r.id for r in told)

    held = await store.leases.holder("archive")
    assert held is not None
    await store.leases.release("archive", held[0])  # as if its term were over
    await Archiver(store, place).run(HOT_MS)

    assert await read(Record(store, place)) == told
    assert await store.archiving.days_before(2**60) == [told[-1].scheduled_at // 86_400_000]
    assert len(place.names("results")) == len(place.names("manifest")) == 2
    assert not [name for name in place.names("") if "making" in name]
