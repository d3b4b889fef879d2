"""What is left of looks for which the outbox had no more room: how many there were in each minute,
how many failed, and which they were. Kept on disk, and told with each heartbeat: the counts always,
which they were until the coordinator has it.
"""

import itertools
import json
import logging
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

from worker.contract.instant import Instant
from worker.contract.message import MOST_LOST, Vitals
from worker.reporting.spans import Span, Spans

FILE: Final = "lost-looks.json"
MINUTE_MS: Final = 60_000
MOST_MINUTES: Final = 480
"""That are told one by one; what is older is put together into the oldest of them."""

log = logging.getLogger(f"outscope.{__name__}")

Minute = tuple[Instant, int, int]
"""(its beginning, looks that were due in it, how many of them failed)."""


class LostLooks:
    """The counts, of this start and of those before. One thread at a time adds, while others ask
    and are told.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._minutes: dict[Instant, tuple[int, int]] = {}
        self._untold = Spans()
        self._writing = Lock()
        with suppress(OSError, ValueError, TypeError, LookupError):
            told = json.loads(self._path.read_text())
            if isinstance(told, list):  # as it was written before looks were told one by one
                told = {"minutes": told, "untold": []}
            self._minutes = {
                int(at): (int(looks), int(failed)) for at, looks, failed in told["minutes"]
            }
            self._untold = Spans((str(who), int(a), int(b)) for who, a, b in told["untold"])

    def lose(self, body: bytes) -> None:
        """A report is dropped: its looks are counted."""
        try:
            told = [
                (row[3] // MINUTE_MS * MINUTE_MS, row[5], row[0], row[1], row[2])
                for row in json.loads(body)["rows"]
            ]
        except (ValueError, LookupError, TypeError):
            return
        for minute, ok, check, slot, attempt in told:
            looks, failed = self._minutes.get(minute, (0, 0))
            self._minutes[minute] = looks + 1, failed + (not ok)
            if not attempt:  # an extra look fills no slot
                self._untold.add(check, slot)
        self._put_together()
        self._write()

    def told(self, vitals: Vitals) -> None:
        """The coordinator has what a heartbeat told."""
        if vitals.lost_slots:
            self._untold.remove(vitals.lost_slots)
            self._write()

    def minutes(self) -> tuple[Minute, ...]:
        """The counts, oldest first."""
        return tuple((at, *counts) for at, counts in sorted(self._minutes.items()))

    def untold(self) -> tuple[Span, ...]:
        """Which looks they were that the coordinator does not know of."""
        return self._untold.first()

    def vitals(self) -> dict[str, Any]:
        """What a heartbeat tells of them."""
        minutes = self.minutes()
        return {
            "lost_looks": sum(looks for _, looks, _ in minutes),
            "lost_minutes": minutes,
            "lost_slots": self._untold.first(MOST_LOST),
        }

    def _write(self) -> None:
        with self._writing:
            told = {"minutes": self.minutes(), "untold": self.untold()}
            try:
                unfinished = self._path.with_suffix(".tmp")
                unfinished.write_text(json.dumps(told))
                unfinished.rename(self._path)
            except OSError as error:  # told all the same, until this process ends
                log.warning("lost_looks_not_kept error=%s", error.strerror or error)

    def _put_together(self) -> None:
        oldest = sorted(self._minutes)
        for at, into in itertools.pairwise(oldest):
            if len(self._minutes) <= MOST_MINUTES:
                return
            looks, failed = self._minutes.pop(at)
            more, more_failed = self._minutes[into]
            self._minutes[into] = looks + more, failed + more_failed
