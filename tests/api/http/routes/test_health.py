"""Alive, ready, measured."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from coordinator.store import Store
from coordinator.store.state.standings import WRITER
from tests.api import seeds
from worker.contract.clock import now


async def test_a_process_that_runs_is_alive(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_it_is_ready_when_the_coordinator_was_just_heard(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now())
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        200,
        {"store": "ok", "schema": "ok", "coordinator": "ok"},
    )


async def test_it_is_not_ready_before_the_coordinator_was_heard(
    configured: Store, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["checks"] == {"store": "ok", "schema": "ok", "coordinator": "never heard"}


async def test_it_is_not_ready_when_the_coordinator_fell_silent(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now() - 60_000)
    answer = await api.get("/v1/readyz")
    assert answer.json()["checks"]["coordinator"].startswith("last heard ")


async def test_without_its_tables_it_is_neither_ready_nor_broken(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await configured._database.fetch("ALTER TABLE standing RENAME TO gone")
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["checks"]["schema"]) == (
        503,
        "the tables cannot be read",
    )
    for path in ("/v1/services", "/v1/overview", "/v1/services/claude", "/metrics"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable"), path
        assert answer.headers["retry-after"] == "2"
    assert (await api.get("/v1/healthz")).status_code == 200


async def test_metrics_tell_scope_fitness_vitals_refusals_and_requests(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    bad = seeds.verdict("claude", at, "regional", "outage", ["us-east"], ["api"])
    await seeds.judged(configured, at, bad, fitness={"eu-west": "unfit"})
    await configured.refusals.count("unknown_check", 3, at, "claude-old")
    told = {
        "at": "2026-03-01T12:00:00.000Z",
        "results": 12,
        "connected": True,
        "judge_p99_ms": 4.0,
        "gaps": 1,
    }
    await configured.standings.put("coordinator", "coordinator", at, told)
    await configured.standings.put(
        WRITER, "store-1/7/a", at, {"reports": 3, "results": 400, "repeats": 1}
    )
    await api.get("/v1/services/claude")
    await api.get("/")
    await api.get("/wp-login.php")
    text = (await api.get("/metrics")).text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["outscope_service_scope", "claude", "regional"] == 1
    assert found["outscope_service_scope", "claude", "none"] == 0
    assert found["outscope_service_severity", "claude", "outage"] == 1
    assert found["outscope_region_fitness", "eu-west", "unfit"] == 1
    assert (
        found["outscope_worker_resident_memory_bytes", "eu-west", "eu-west-1"] == 61.5 * 1024 * 1024
    )
    assert found["outscope_refused_total", "unknown_check"] == 3
    assert found["outscope_coordinator_results_total",] == 12
    assert found["outscope_coordinator_connected",] == 1
    assert found["outscope_writer_results_total", "store-1/7/a"] == 400
    assert found["outscope_coordinator_judge_p99_seconds",] == 0.004
    assert found["outscope_http_requests_total", "/v1/services/{id}", "200", "GET"] == 1
    assert found["outscope_http_requests_total", "/", "200", "GET"] == 1
    assert found["outscope_http_requests_total", "404", "GET", "none"] == 1
