"""Looks that nothing came back of: none is forgotten, each is written down as a gap, until it
arrives.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import PATIENCE_MS, Ledger
from coordinator.domain.schedule.schedule import Due
from coordinator.domain.schedule.succession import ANSWERED_MS, Succession
from coordinator.runtime.metrics import Counters
from coordinator.runtime.retry import persistently
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from worker.contract.instant import Instant
from worker.contract.result import Result

TOLD_LATE_MS: Final = 10_000
"""Looks ordered after an earlier life last told how far it was may be stored all the same; they
were received since then.
"""
EARLY_MS: Final = 5_000
"""A clock that is behind receives a result before its look was due."""
MOST_GAPS: Final = 10_000
MOST_SLOTS: Final = 100
"""Of a gap, so many at its end may be slots that were ordered."""


class Gaps:
    """Writes down what the ledger waits for no longer."""

    def __init__(self, store: Store, ledger: Ledger, counters: Counters) -> None:
        self._store = store
        self._ledger = ledger
        self._counters = counters

    async def save(self, now: Instant) -> None:
        """Write down the gaps that are certain by now, less what arrived after all.

        What arrived is stored before it is settled, and settled before it is taken out here. After
        a crash between, `resume` settles what was received lately once more.
        """
        gaps = self._ledger.sweep(now)
        if gaps:
            self._counters.gaps += len(gaps)
            await persistently("gaps", lambda: self._store.gaps.add(gaps))
        if late := self._ledger.take_late():
            await persistently("gaps", lambda: self._store.gaps.fill(late))


async def resume(
    store: Store,
    tick: Tick,
    ledger: Ledger,
    topology: Topology,
    reached: Instant | None,
    marks: Mapping[str, Instant],
    now: Instant,
) -> None:
    """Order on from where an earlier life ended; looks that nobody ordered since are declared.

    By its marks that is known exactly. Without them it is what it told last, and what is heard
    later of looks that it ordered after that is settled.
    """
    if marks:
        found = tick.succeed(marks, reached, now)
        await inherit(store, ledger, found, topology, now)
    elif reached is not None and reached < now:
        tick.resume(reached, now)
        settle(ledger, await store.results.recent(reached - TOLD_LATE_MS), topology)


async def inherit(
    store: Store, ledger: Ledger, found: Succession, topology: Topology, now: Instant
) -> None:
    """Wait for what comes of the looks that an earlier life ordered, less what is stored, or
    written down as missing, already: for a while at least, for what it did not take in waits at the
    broker. What is written down as missing, be it ordered now, is so until it arrives. What was
    stored lately is taken out of the gaps: it may not have come to that.
    """
    since = now - ANSWERED_MS - EARLY_MS
    missing: set[tuple[str, str, int]] = set()
    for gap in await store.gaps.since(since, limit=MOST_GAPS):
        slots = range(gap["first_slot"], gap["last_slot"] + 1)
        missing |= {(gap["check"], gap["region"], slot) for slot in slots[-MOST_SLOTS:]}
    ledger.issue((look for look in found.ordered if _slot(look) not in missing), now + PATIENCE_MS)
    ledger.leave(look for look in found.late if _slot(look) in missing)
    settle(ledger, await store.results.recent(since), topology)


def _slot(look: Due) -> tuple[str, str, int]:
    return look.check.id, look.region, look.slot


def settle(ledger: Ledger, results: Iterable[Result], topology: Topology) -> None:
    """The regular looks among these results are outstanding no more; an extra one stands for none
    of them.
    """
    for result in results:
        check = topology.check.get(result.check)
        if check is not None and not result.attempt:
            ledger.settle(check.id, result.region, check.slot(result.scheduled_at))
