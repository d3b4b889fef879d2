"""Writing results: all that a table can hold is stored once, and what none can hold is refused.
What workers lost is written down as missing.
"""

from collections.abc import Iterator, Sequence

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.domain.schedule.schedule import Span
from coordinator.ingest.decoded import Reading
from coordinator.runtime.retry import persistently, unstorable
from coordinator.store import Store
from worker.contract.message import MOST_LOST_SLOTS
from worker.contract.result import Result


async def keep(
    store: Store, results: Sequence[Result], reading: Reading, writer: str = ""
) -> list[Result]:
    """Store results and return the new ones. One that no table can hold is refused; the others are
    kept.
    """
    tried = False

    async def add() -> list[Result]:
        nonlocal tried
        again, tried = tried, True
        new = await store.results.add(results, writer)
        # the first try may have been committed
        return await store.results.stored_as(results) if again else new

    try:
        return await persistently("results", add)
    except Exception as error:
        if not unstorable(error):
            raise
        if len(results) == 1:
            reading.refuse("unstorable", f"{results[0].region}/{results[0].worker}: {error!r}")
            told = repr(results[0]).encode(errors="backslashreplace")
            reading.set_aside(results[0].region, "", "unstorable", told)
            return []
    middle = len(results) // 2
    halves = (results[:middle], results[middle:])
    return [result for half in halves for result in await keep(store, half, reading, writer)]


async def declare_lost(store: Store, reading: Reading, topology: Topology) -> None:
    """Write down the looks that workers made and lost; they tell of them until they are receipted,
    so before that.
    """
    if lost := list(_lost(reading, topology)):
        await persistently("gaps", lambda: store.gaps.lose(lost))


def _lost(reading: Reading, topology: Topology) -> Iterator[Gap]:
    for region, report in reading.reports:
        for name, first, last in report.vitals.lost_slots if report.vitals else ():
            check = topology.check.get(name)
            if check is None or region not in check.regions:
                continue
            span = Span(check, region, first, last)
            begin, end = span.instant(first), span.instant(last)
            if last - first < MOST_LOST_SLOTS and 0 < begin <= end < reading.received_at:
                yield Gap(name, check.service, region, first, last, begin, end, GapReason.NO_ROOM)
