"""What came from each region, as the receiving thread saw it: counted, and named when it is more
than a region's work.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from coordinator.messaging.envelope import Refused

LATELY_S: Final = 60.0
"""A region is called by what it did within this time."""
JUNK: Final = 10
"""So many refused messages lately are no accident."""
FLOODING: Final = 10_000
"""So many reports that wait at the broker are more than a region's work."""
MOST_MARKS: Final = 10_000
"""Looks at a queue that are remembered: an hour and a half of them."""
MOST_EXAMPLES: Final = 8
"""Different messages kept of one region and reason within `LATELY_S`."""
MOST_EXAMPLE: Final = 4_096
"""Bytes of a message that are kept for people to read."""


class Trouble(StrEnum):
    """What a region is to its broker, beyond its work."""

    NONE = ""
    JUNK = "junk"
    """It sends what is no report."""
    FLOODING = "flooding"
    """It sends more than can be taken in."""
    FILLING = "filling"
    """It writes keys that nobody reads."""


@dataclass(slots=True)
class Refusal:
    """Messages of one region that were refused for one reason: how many, and some of them."""

    region: str
    reason: str
    why: str = ""
    count: int = 0
    examples: dict[bytes, None] = field(default_factory=dict)


class _Region:
    """The books on one region."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0
        self.waiting = 0
        self.waiting_bytes = 0
        self.marks: deque[tuple[float, int]] = deque(maxlen=MOST_MARKS)
        self.refused: Counter[str] = Counter()
        self.trimmed = 0
        self.stray = 0
        self.recent: deque[tuple[float, Trouble, int]] = deque()

    def mark(self, at_s: float, waiting: int) -> None:
        """So many wait at a moment: they are gone once as many more were taken or thrown away."""
        gone = self.messages + self.trimmed
        self.waiting = waiting
        if not waiting:
            self.marks.clear()
        elif not self.marks or self.marks[-1][1] < gone + waiting:
            self.marks.append((at_s, gone + waiting))

    def waiting_s(self, at_s: float) -> float:
        """How long the oldest that waits has waited at least, to a look at the queue; 0 when none
        does.
        """
        gone = self.messages + self.trimmed
        while self.marks and self.marks[0][1] <= gone:
            self.marks.popleft()
        return at_s - self.marks[0][0] if self.marks and self.waiting else 0.0

    def did(self, at_s: float, trouble: Trouble, number: int) -> None:
        """Something beyond its work, counted by the second."""
        if self.recent and self.recent[-1][1] is trouble and at_s - self.recent[-1][0] < 1:
            last_s, _, before = self.recent.pop()
            self.recent.append((last_s, trouble, before + number))
        else:
            self.recent.append((at_s, trouble, number))

    def lately(self, at_s: float) -> Counter[Trouble]:
        """How much of what it did lately."""
        while self.recent and at_s - self.recent[0][0] > LATELY_S:
            self.recent.popleft()
        found: Counter[Trouble] = Counter()
        for _, trouble, number in self.recent:
            found[trouble] += number
        return found


class Traffic:
    """The books on all regions. Written by the receiving thread, read by the loop."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._regions: dict[str, _Region] = {}
        self._refusals: dict[tuple[str, str], Refusal] = {}
        self._kept: dict[tuple[str, str], dict[bytes, None]] = {}
        self._kept_s = 0.0

    def expect(self, regions: Sequence[str]) -> None:
        """These are the regions: the books on others are closed."""
        with self._lock:
            self._regions = {name: self._regions.get(name, _Region()) for name in regions}

    def took(self, region: str, messages: int, size: int) -> None:
        """So many messages came, whatever they were."""
        with self._lock:
            books = self._of(region)
            books.messages += messages
            books.bytes += size

    def refuse(self, refused: Sequence[Refused]) -> None:
        """These were no deliveries."""
        at_s = self._monotonic_s()
        with self._lock:
            if at_s - self._kept_s > LATELY_S:
                self._kept, self._kept_s = {}, at_s
            for one in refused:
                self._refuse(one, at_s)

    def waits(self, region: str, messages: int, size: int) -> None:
        """So much waits at the broker now."""
        with self._lock:
            books = self._of(region)
            at_s = self._monotonic_s()
            books.mark(at_s, messages)
            books.waiting_bytes = size
            if messages > FLOODING:
                books.did(at_s, Trouble.FLOODING, 1)

    def trimmed(self, region: str, messages: int) -> None:
        """So many of its messages were thrown away unread, for lack of room."""
        with self._lock:
            books = self._of(region)
            books.trimmed += messages
            books.did(self._monotonic_s(), Trouble.FLOODING, messages)

    def stray(self, region: str, keys: int) -> None:
        """So many keys of its own were deleted that nobody reads."""
        with self._lock:
            books = self._of(region)
            books.stray += keys
            books.did(self._monotonic_s(), Trouble.FILLING, keys)

    def refusals(self) -> list[Refusal]:
        """What was refused since this was asked last."""
        with self._lock:
            found = list(self._refusals.values())
            self._refusals = {}
        return found

    def to_document(self) -> dict[str, Mapping[str, Any]]:
        """All of it by region, as JSON."""
        at_s = self._monotonic_s()
        with self._lock:
            return {name: _document(books, at_s) for name, books in sorted(self._regions.items())}

    def _of(self, region: str) -> _Region:
        return self._regions.setdefault(region, _Region())

    def _refuse(self, one: Refused, at_s: float) -> None:
        books = self._of(one.region)
        books.refused[one.reason] += 1
        books.did(at_s, Trouble.JUNK, 1)
        key = (one.region, one.reason)
        refusal = self._refusals.setdefault(key, Refusal(one.region, one.reason))
        refusal.count += 1
        refusal.why = one.why
        kept, example = self._kept.setdefault(key, {}), one.message[:MOST_EXAMPLE]
        if example and example not in kept and len(kept) < MOST_EXAMPLES:
            kept[example] = refusal.examples[example] = None


def _document(books: _Region, at_s: float) -> dict[str, Any]:
    trouble, why = _trouble(books, at_s)
    return {
        "messages": books.messages,
        "bytes": books.bytes,
        "waiting": books.waiting,
        "waiting_bytes": books.waiting_bytes,
        "waiting_s": round(books.waiting_s(at_s), 1),
        "refused": dict(books.refused),
        "trimmed": books.trimmed,
        "stray_keys": books.stray,
        "trouble": trouble.value,
        "why": why,
    }


def _trouble(books: _Region, at_s: float) -> tuple[Trouble, str]:
    lately = books.lately(at_s)
    if lately[Trouble.FILLING]:
        return Trouble.FILLING, f"it wrote {lately[Trouble.FILLING]} keys that nobody reads"
    if lately[Trouble.JUNK] >= JUNK:
        reasons = ", ".join(reason for reason, _ in books.refused.most_common(3))
        return Trouble.JUNK, f"{lately[Trouble.JUNK]} messages refused in a minute: {reasons}"
    if lately[Trouble.FLOODING]:
        return Trouble.FLOODING, (
            f"{books.waiting} reports wait at the broker, {books.trimmed} thrown away unread"
        )
    return Trouble.NONE, ""
