"""How the coordinator does, over HTTP."""

import httpx
from pydantic import TypeAdapter

from api.documents.flow import Flow
from coordinator.runtime.metrics import Counters
from coordinator.store import Store
from coordinator.store.state.standings import WRITER
from tests.api import seeds
from worker.contract.clock import now
from worker.contract.instant import rfc3339


async def test_delays_counts_and_queues_are_told(configured: Store, api: httpx.AsyncClient) -> None:
    at, counters = now(), Counters(reports=7, results=40, looks_ordered=41)
    counters.order_lag_ms.add(12.5)
    counters.ingest_lag_ms.add(3.25)
    books = {"eu-west": {"messages": 5, "bytes": 900, "waiting": 4, "waiting_s": 2.5}}
    told = {
        "at": rfc3339(at),
        "started_at": rfc3339(at - 60_000),
        "connected": True,
        "ticked_until_ms": at,
        "waiting_reports": 2,
        "outstanding_looks": 9,
        **counters.to_document(),
        "broker": books,
    }
    await configured.standings.put("coordinator", "coordinator", at, told)
    await configured.standings.put(WRITER, "writer-1", at, {"reports": 3, "results": 30})
    result = seeds.result(at)
    await configured.results.add([result])
    found = TypeAdapter(Flow).validate_python((await api.get("/v1/coordinator")).json())
    assert found["delays"] == {
        "order_lag_p99_ms": 12.5,
        "ingest_lag_p50_ms": 3.25,
        "ingest_lag_p99_ms": 3.25,
        "judge_p99_ms": None,
    }
    assert (found["counts"]["reports"], found["counts"]["looks_ordered"]) == (7, 41)
    assert (found["waiting_reports"], found["outstanding_looks"]) == (2, 9)
    assert (found["connected"], found["ordered_until"]) == (True, rfc3339(at))
    assert found["newest_result_at"] == rfc3339(result.received_at)
    queues = {one["region"]: (one["waiting"], one["waiting_s"]) for one in found["regions"]}
    assert (queues["eu-west"], queues["us-east"]) == ((4, 2.5), (0, 0.0))
    assert [(one["name"], one["results"]) for one in found["writers"]] == [("writer-1", 30)]


async def test_of_one_that_was_never_heard_nothing_is_claimed(
    configured: Store, api: httpx.AsyncClient
) -> None:
    found = TypeAdapter(Flow).validate_python((await api.get("/v1/coordinator")).json())
    assert (found["connected"], found["started_at"], found["counts"]) == (None, None, {})
    assert found["coordinator"]["heard_at"] is None
    assert set(found["delays"].values()) == {None}
