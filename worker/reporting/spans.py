"""Slots of checks, as spans: what is lost is mostly what was due one after the other."""

from collections.abc import Iterable
from itertools import islice
from threading import Lock
from typing import Final

from worker.contract.message import MOST_LOST_SLOTS

MOST_SPANS: Final = 10_000
"""Beyond these a slot is not noted: it stays declared missing, for whatever reason it was."""

Span = tuple[str, int, int]
"""(check, first slot, last slot)."""


class Spans:
    """The slots, oldest span first. Safe to use from several threads."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._ends = {(check, first): last for check, first, last in spans}
        self._growing = dict(self._ends.keys())
        """The first slot of the span of each check that grew last."""
        self._lock = Lock()

    def add(self, check: str, slot: int) -> None:
        """One more slot."""
        with self._lock:
            first = self._growing.get(check, slot)
            last = self._ends.get((check, first), first - 2)
            if first <= slot <= last + 1 and slot - first < MOST_LOST_SLOTS:
                self._ends[check, first] = max(slot, last)
            elif len(self._ends) < MOST_SPANS:
                self._growing[check] = slot
                self._ends[check, slot] = max(slot, self._ends.get((check, slot), slot))

    def remove(self, spans: Iterable[Span]) -> None:
        """Forget these slots; what a span grew by since stays."""
        with self._lock:
            for check, first, last in spans:
                grown = self._ends.pop((check, first), last)
                if grown > last:
                    self._ends[check, last + 1] = grown
                    self._growing[check] = last + 1

    def first(self, most: int = MOST_SPANS) -> tuple[Span, ...]:
        """The oldest of them."""
        with self._lock:
            found = islice(self._ends.items(), most)
            return tuple((check, first, last) for (check, first), last in found)
