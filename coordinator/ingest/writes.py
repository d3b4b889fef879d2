"""Writing results: all that a table can hold is stored once, and what none can hold is refused."""

from collections.abc import Sequence

from coordinator.ingest.decoded import Reading
from coordinator.runtime.retry import persistently, unstorable
from coordinator.store import Store
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
