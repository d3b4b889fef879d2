"""Looks that nothing came back of: none is forgotten, each is written down as a gap, until it
arrives.
"""

from collections.abc import Iterable
from typing import Final

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import Ledger
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
    now: Instant,
) -> None:
    """Order on from where an earlier life ended; looks that nobody ordered since are declared."""
    if reached is None or reached >= now:
        return
    tick.resume(reached, now)
    settle(ledger, await store.results.recent(reached - TOLD_LATE_MS), topology)


def settle(ledger: Ledger, results: Iterable[Result], topology: Topology) -> None:
    """The regular looks among these results are outstanding no more; an extra one stands for none
    of them.
    """
    for result in results:
        check = topology.check.get(result.check)
        if check is not None and not result.attempt:
            ledger.settle(check.id, result.region, check.slot(result.scheduled_at))
