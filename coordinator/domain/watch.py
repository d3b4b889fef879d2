"""A watch: what the judge remembers of one cell, one component from one region."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from coordinator.domain.look import Look, Vote, fresh_ms
from coordinator.domain.reading import CLEAN, Reading
from coordinator.domain.rules import Rules
from coordinator.domain.tape import read
from coordinator.domain.topology import Check
from coordinator.domain.vantage import Vantage
from coordinator.domain.window import Window
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

WINDOW_AT_MOST = 256
"""Looks that a cell remembers at most, however many checks it has."""
VantageOf = Callable[[str, str], Vantage | None]
"""(region, worker) -> the worker, unless it was forgotten."""

OURS = {
    Reason.RATE_LIMITED: "our own request rate is limited",
    Reason.UNAUTHORIZED: "our own key is refused",
    Reason.BLOCKED: "our own policy blocks the look",
    Reason.LATE: "our workers were late or their clocks wrong",
    Reason.INTERNAL: "our worker failed",
    Reason.DNS: "only our resolver failed",
}


class Watch:
    """One cell's window and what it reads there now."""

    __slots__ = ("_gap_ms", "_last_bad", "_rules", "component", "newest", "proven", "reading", "region", "window")

    def __init__(self, component: str, region: str, checks: Sequence[Check], rules: Rules) -> None:
        self.component = component
        self.region = region
        self.window = Window(min(WINDOW_AT_MOST, rules.window_looks * len(checks)))
        self.reading: Reading = CLEAN
        self.newest: Look | None = None
        """The newest look that votes; None when none does."""
        self.proven = True
        """False while a failed look waits for proof that its worker was alive."""
        self._last_bad: Look | None = None
        self._rules = rules
        self._gap_ms = max(fresh_ms(check.interval_ms, rules) for check in checks)

    def add(self, look: Look) -> bool:
        """Take a look in; False when it changes nothing."""
        if not self.window.add(look):
            return False
        if look.vote is Vote.BAD and (self._last_bad is None or look > self._last_bad):
            self._last_bad = look
        return True

    def heard(self, now: Instant) -> bool:
        """Whether a look that votes still speaks for the present."""
        return self.newest is not None and self.newest.fresh_until >= now

    def refresh(self, vantage_of: VantageOf) -> None:
        """Read the window again, leaving out what unfit workers saw and failures that may be the worker's own."""
        if not self.window:
            return
        last = self.window.last
        if self._is_spotless() and last.vote is Vote.GOOD and _counts(last, vantage_of(last.region, last.worker)):
            self.proven, self.newest, self.reading = True, last, CLEAN
            return
        votes = self._votes(vantage_of)
        self.newest = votes[-1] if votes else None
        self.reading = self._remember_start(read(votes, self._rules, self._gap_ms))

    def _is_spotless(self) -> bool:
        """Whether no look in the window is bad; the common case, so it must cost nothing."""
        return self._last_bad is None or self._last_bad < self.window.first

    def _votes(self, vantage_of: VantageOf) -> list[Look]:
        """The looks that count, oldest first. `proven` tells whether none of them still waits."""
        workers = {look.worker for look in self.window}
        vantages = {worker: vantage_of(self.region, worker) for worker in workers}
        votes = []
        self.proven = True
        for look in self.window:
            vantage = vantages[look.worker]
            if look.vote is Vote.ABSTAINS or vantage is None or not _counts(look, vantage):
                continue
            if look.vote is Vote.GOOD or vantage.vouches_for(look.at):
                votes.append(look)
            else:
                self.proven = False
        return votes

    def _remember_start(self, reading: Reading) -> Reading:
        """A run that began before the window keeps the start that was seen when it began."""
        before = self.reading
        if not (reading.failing and before.failing and before.first_bad is not None and reading.first_bad is not None):
            return reading
        if reading.last_good is None and before.first_bad < reading.first_bad:
            return replace(reading, first_bad=before.first_bad, last_good=before.last_good)
        return reading

    def was_never_bad(self) -> bool:
        """Whether looks are remembered, and none of them is bad."""
        return bool(self.window) and self._is_spotless()

    def adopt(self, before: "Watch", checks: Collection[str]) -> None:
        """Take over the looks of the same cell under the former configuration."""
        self.reading = before.reading
        for look in before.window:
            if look.check in checks:
                self.add(look)

    def good_looks(self) -> int:
        """How many of the looks remembered were good."""
        return sum(look.vote is Vote.GOOD for look in self.window)

    def counts_since(self, at: Instant) -> tuple[int, int]:
        """How many looks since that moment were good, and how many bad."""
        votes = [look.vote for look in self.window if look.at >= at]
        return votes.count(Vote.GOOD), votes.count(Vote.BAD)

    def abstains_because(self, now: Instant) -> str:
        """Why a cell of a fit region is not heard."""
        if not self.proven:
            return "it fails, but nothing else answers our workers either"
        whys = Counter(
            OURS.get(look.reason, "our own fault")
            for look in self.window
            if look.vote is Vote.ABSTAINS and look.fresh_until >= now
        )
        return whys.most_common(1)[0][0] if whys else "not heard"


def _counts(look: Look, vantage: Vantage | None) -> bool:
    """A look counts unless its worker was unfit then, or left so long ago that nobody remembers."""
    return vantage is not None and not vantage.sets_aside(look.at)
