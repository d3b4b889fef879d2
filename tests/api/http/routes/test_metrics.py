"""Metrics by OpenMetrics, with examples; read by the parsers of Prometheus' own library."""

from dataclasses import replace

import httpx
import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metrics_families,
)
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now

SCRAPER = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
"""What Prometheus 3 asks for."""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
COUNT = "outscope_service_incidents_total"


async def scraped(api: httpx.AsyncClient, accept: str = SCRAPER) -> list[Sample]:
    answer = await api.get("/metrics", headers={"accept": accept})
    assert answer.headers["content-type"] == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    )
    assert "Accept" in answer.headers["vary"]
    return [one for family in open_metrics_families(answer.text) for one in family.samples]


async def begins(store: Store, service: str, identifier: str, ago_ms: int) -> None:
    at = now() - ago_ms
    event = seeds.incident(service, at)
    incident = replace(event.incident, id=identifier, opened_at=at)
    await store.incidents.apply(IncidentEvent(at, Moment.OPENED, incident))


async def test_the_newest_incident_is_the_example_of_how_many_began(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now(), *(seeds.verdict(one, now()) for one in seeds.SERVICES))
    await begins(configured, "claude", "claude-1", 9_000)
    await begins(configured, "claude", "claude-2", 5_000)
    await begins(configured, "gone", "gone-1", 5_000)
    found = {one.labels["service"]: one for one in await scraped(api) if one.name == COUNT}
    assert {name: one.value for name, one in found.items()} == {"claude": 2, "openai": 0}
    example = found["claude"].exemplar
    assert example is not None
    assert (example.labels, example.value) == ({"incident_id": "claude-2"}, 1)
    newest = await configured.incidents.one("claude-2")
    assert newest is not None
    assert float(example.timestamp) == pytest.approx(newest.opened_at / 1000)
    assert (await api.get(f"/v1/incidents/{example.labels['incident_id']}")).status_code == 200
    assert found["openai"].exemplar is None


async def test_the_count_only_rises(configured: Store, api: httpx.AsyncClient) -> None:
    await begins(configured, "claude", "claude-1", 9_000)
    one = await configured.incidents.one("claude-1")
    assert one is not None
    over = replace(one, resolved_at=now(), ended_by=now())
    await configured.incidents.apply(IncidentEvent(now(), Moment.RESOLVED, over))
    assert [one.value for one in await scraped(api) if one.name == COUNT and one.value] == [1]


async def test_a_trace_that_is_recorded_is_the_example_of_a_request(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await api.get("/v1/services", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    buckets = [
        one
        for one in await scraped(api)
        if one.name == "outscope_http_request_seconds_bucket" and one.exemplar
    ]
    assert [one.exemplar.labels for one in buckets if one.exemplar] == [{"trace_id": TRACE}]
    assert buckets[0].labels["route"] == "/v1/services"


@pytest.mark.parametrize(
    "told",
    [
        f"00-{TRACE}-00f067aa0ba902b7-00",  # nobody records it
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f'00-{TRACE[:-1]}"-00f067aa0ba902b7-01',
        "x" * 5_000,
        "",
    ],
)
async def test_what_is_no_trace_is_no_example(
    configured: Store, api: httpx.AsyncClient, told: str
) -> None:
    assert (await api.get("/v1/services", headers={"traceparent": told})).status_code == 200
    assert not [one for one in await scraped(api) if one.exemplar]


async def test_both_formats_tell_the_same(configured: Store, api: httpx.AsyncClient) -> None:
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    await begins(configured, "claude", "claude-1", 9_000)
    await api.get("/v1/services", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    await scraped(api)  # which is a request as well
    named = {(one.name, *sorted(one.labels.items())) for one in await scraped(api)}
    plain = await api.get("/metrics")
    families = text_string_to_metric_families(plain.text)
    found = {(one.name, *sorted(one.labels.items())) for fam in families for one in fam.samples}
    assert found == named
    assert "incident_id" not in plain.text


@pytest.mark.parametrize(
    "accept",
    [
        "text/plain",
        "*/*",
        "",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=nonsense",
        "application/openmetrics-text;q=0.4,text/plain;q=0.5",
        "application/json",
        ";;;,,=;q=",
    ],
)
async def test_who_would_rather_have_text_gets_text(
    configured: Store, api: httpx.AsyncClient, accept: str
) -> None:
    answer = await api.get("/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert not answer.text.endswith("# EOF\n")


async def test_a_version_that_is_none_is_not_echoed(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await scraped(api, "application/openmetrics-text; version=x; escaping=y")
