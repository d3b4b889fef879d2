"""Storing results, and refusing what no table can hold."""

from collections.abc import Callable

import pytest

from coordinator.ingest.decoded import Reading
from coordinator.ingest.writes import keep
from coordinator.store import Store
from worker.contract.result import Result

Make = Callable[..., Result]


@pytest.mark.parametrize("bad", [{"scheduled_at": 10**30}, {"detail": "\ud800"}, {"asn": 2**70}])
async def test_of_many_results_only_the_unstorable_one_is_refused(
    store: Store, make_result: Make, bad: dict[str, object]
) -> None:
    results = [make_result(n, **(bad if n == 5 else {})) for n in range(12)]
    reading = Reading(received_at=1)
    kept = await keep(store, results, reading)
    assert kept == [*results[:5], *results[6:]]
    assert sorted(r.id for r in await store.results.recent(0)) == sorted(r.id for r in kept)
    assert reading.refused == {"unstorable": 1}
