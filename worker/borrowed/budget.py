"""How many tests may still be asked for within the hour: what the API says is what holds, kept in a
file that all borrowed regions of a machine share, so that a restart begins no new hour.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from worker.contract.instant import Instant

HOUR_MS: Final = 3_600_000
_APART_MS: Final = 60_000
"""Ends that lie farther apart are those of two windows."""


@dataclass(frozen=True, slots=True)
class Window:
    """The tests of an hour and how many are left; `until` is 0 before the first one."""

    limit: int
    left: int
    until: Instant = 0

    def at(self, now: Instant, limit: int) -> "Window":
        """The window that holds now: this one, or a new one of `limit` tests."""
        over = not self.until or not now < self.until <= now + 2 * HOUR_MS
        return Window(limit, limit) if over else self

    def returned(self, tests: int) -> "Window":
        """After so many tests that were not made after all."""
        return replace(self, left=min(self.limit, self.left + tests))

    def spent(self, tests: int, share: float, now: Instant, *, confirming: bool) -> "Window | None":
        """After so many tests; None when they must not be asked for."""
        kept = 0 if confirming else int(self.limit * share)
        if self.left - tests < kept:
            return None
        return replace(self, left=self.left - tests, until=self.until or now + HOUR_MS)

    def told(self, limit: int, left: int, reset_s: float, now: Instant) -> "Window":
        """After the API said how it stands. What was asked for since may not be counted in it."""
        until = now + round(reset_s * 1000)
        same = self.limit == limit and abs(self.until - until) <= _APART_MS
        return Window(limit, min(self.left, left) if same else left, until)


class Budget:
    """The budget of a machine. `limit` holds until the API has said another."""

    def __init__(self, file: Path, limit: int) -> None:
        self._file = file
        self._limit = limit

    def take(self, tests: int, share: float, now: Instant, *, confirming: bool) -> bool:
        """Whether so many tests may be asked for now; if so, they count. Regular looks leave a
        `share` of all to those that confirm.
        """
        with self._held(now) as window:
            after = window.spent(tests, share, now, confirming=confirming)
            if after is not None:
                self._write(after)
        return after is not None

    def give_back(self, tests: int, now: Instant) -> None:
        """So many tests were refused, and cost nothing."""
        with self._held(now) as window:
            self._write(window.returned(tests))

    def heard(self, limit: int, left: int, reset_s: float, now: Instant) -> None:
        """The API said how it stands."""
        with self._held(now) as window:
            self._write(window.told(limit, left, reset_s, now))

    def window(self, now: Instant) -> Window:
        """How it stands."""
        with self._held(now) as window:
            return window

    @contextmanager
    def _held(self, now: Instant) -> Iterator[Window]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._read().at(now, self._limit)

    def _read(self) -> Window:
        try:
            found = json.loads(self._file.read_text())
            return Window(int(found["limit"]), int(found["left"]), int(found["until"]))
        except (OSError, ValueError, TypeError, KeyError):
            return Window(self._limit, self._limit)

    def _write(self, window: Window) -> None:
        draft = self._file.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(window)))
        draft.replace(self._file)
