"""A stream: what one checker saw of one check, kept in event order however it arrived."""

from bisect import bisect_left

from worker.contract.instant import Instant

REMEMBERED = 32
"""Looks that a stream remembers at least, to recognise repeats and to sort in what comes late."""


class Stream:
    """The run of good or failed looks of one check by one checker (a region, a worker, or all of
    them in turn).
    """

    __slots__ = (
        "component",
        "down",
        "failed",
        "failures",
        "first_bad",
        "first_good",
        "heard_at",
        "ids",
        "keep_ms",
        "last_bad",
        "last_good",
        "newest",
        "region",
        "streak",
        "successes",
        "times",
    )

    def __init__(
        self, component: str, region: str, failures: int, successes: int, keep_ms: int
    ) -> None:
        self.component, self.region = component, region
        self.failures, self.successes, self.keep_ms = failures, successes, keep_ms
        self.streak = 0
        """So many good looks in a row, or, below zero, so many failed ones."""
        self.down = False
        """So many failed in a row as the rule asks for, and not yet so many good ones again."""
        self.newest: Instant = -1
        self.heard_at: Instant = -1
        self.first_bad: Instant | None = None
        self.last_bad: Instant | None = None
        self.first_good: Instant | None = None
        self.last_good: Instant | None = None
        self.times: list[Instant] = []
        self.ids: list[str] = []
        self.failed: list[int] = []
        """So many of the looks had failed up to and with this one; only differences mean
        something.
        """

    def hear(self, at: Instant, look: str, bad: bool) -> bool:
        """Take a look in; False when it was heard before or is older than all that is
        remembered.
        """
        if at >= self.newest and not self._heard_last(at, look):
            self.newest = at
            self._append(at, look, bad)
            self._count(at, bad)
            if len(self.times) > 2 * REMEMBERED:
                self._forget(at - self.keep_ms)
            return True
        return self._sort_in(at, look, bad)

    def _heard_last(self, at: Instant, look: str) -> bool:
        """Whether it is among the newest looks of that very moment, which workers of one region
        share.
        """
        place = len(self.times) - 1
        while place >= 0 and self.times[place] == at:
            if self.ids[place] == look:
                return True
            place -= 1
        return False

    def looks_since(self, since: Instant) -> tuple[int, int]:
        """(looks, failed ones) since a moment."""
        times, failed = self.times, self.failed
        first = bisect_left(times, since)
        if first == len(times):
            return 0, 0
        return len(times) - first, failed[-1] - (failed[first - 1] if first else 0)

    def _append(self, at: Instant, look: str, bad: bool) -> None:
        self.failed.append((self.failed[-1] if self.failed else 0) + bad)
        self.times.append(at)
        self.ids.append(look)

    def _count(self, at: Instant, bad: bool) -> None:
        if bad:
            if self.streak >= 0:
                self.streak, self.first_bad = 0, at
            self.streak -= 1
            self.last_bad = at
            self.down = self.down or -self.streak >= self.failures
        else:
            if self.streak <= 0:
                self.streak, self.first_good = 0, at
            self.streak += 1
            self.last_good = at
            self.down = self.down and self.streak < self.successes

    def _sort_in(self, at: Instant, look: str, bad: bool) -> bool:
        """Count everything remembered again with this look in its place."""
        full = len(self.times) >= REMEMBERED
        if look in self.ids or (full and at < self.times[0]):
            return False
        bads = [
            after > before for before, after in zip([0, *self.failed], self.failed, strict=False)
        ]
        looks = sorted([*zip(self.times, self.ids, bads, strict=True), (at, look, bad)])
        self.times, self.ids, self.failed = [], [], []
        self.streak = 0
        for entry in looks:
            self._append(*entry)
            self._count(entry[0], entry[2])
        return True

    def _forget(self, before: Instant) -> None:
        """Drop what is neither among the last looks nor recent enough for the rule, if that is
        worth it.
        """
        drop = min(bisect_left(self.times, before), len(self.times) - REMEMBERED)
        if drop >= REMEMBERED:
            del self.times[:drop], self.ids[:drop], self.failed[:drop]
