"""Threads for lookups: many, reused, and none that is missed."""

import threading
import time
from collections.abc import Callable

import pytest

from worker.probes.names import lookups
from worker.probes.names.lookups import Lookups


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return condition()


def test_work_runs_at_once_beside_work_that_hangs() -> None:
    pool, release, done = Lookups(), threading.Event(), threading.Event()
    for _ in range(20):
        pool.run(lambda: release.wait(10) and None)

    pool.run(done.set)

    assert done.wait(2)
    release.set()
    pool.close()


def test_threads_are_used_again() -> None:
    pool, seen = Lookups(), list[int]()
    for _ in range(20):
        done = threading.Event()
        pool.run(lambda done=done: (seen.append(threading.get_ident()), done.set())[0])  # type: ignore[misc]
        assert done.wait(2)
        assert until(lambda: pool._waiting == 1)

    assert len(set(seen)) == 1
    pool.close()


def test_it_is_busy_when_all_threads_hang() -> None:
    pool, release = Lookups(most=2), threading.Event()
    assert not pool.busy()
    for _ in range(2):
        pool.run(lambda: release.wait(10) and None)

    assert pool.busy()
    release.set()
    assert until(lambda: not pool.busy())
    pool.close()


def test_idle_threads_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "IDLE_S", 0.02)
    pool, done = Lookups(), list[int]()
    for _ in range(50):
        pool.run(lambda: done.append(1))
        time.sleep(0.001)

    assert until(lambda: len(done) == 50)
    assert until(lambda: (pool._threads, pool._waiting) == (0, 0))
