"""Alive, ready, measured."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.http.relay_app import create_relay_app
from api.http.settings import ApiSettings
from coordinator.domain.notifying.message import of_incident
from coordinator.domain.notifying.thread import Kind, said_of
from coordinator.store import Heard, Store
from coordinator.store.notices.threads import Letter
from coordinator.store.state.standings import STANDBY, WRITER
from coordinator.telemetry.place import Place
from coordinator.telemetry.sending import Sent
from tests.api import seeds
from tests.coordinator.domain.notifying.incidents import TOPOLOGY, incident
from worker.contract.clock import now
from worker.contract.instant import rfc3339


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
        dict.fromkeys(("store", "schema", "coordinator", "broker", "results"), "ok"),
    )


async def test_who_leads_and_who_stands_by_is_told(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    leads = {"at": rfc3339(at), "holder": "host-a/12/ab-c", "leads_since": rfc3339(at - 5_000)}
    await configured.standings.put("coordinator", "coordinator", at, leads)
    for host, told_at in (("host-b", at - 1_000), ("gone", at - 60_000)):
        told = {
            "at": rfc3339(told_at),
            "since": rfc3339(at - 90_000),
            "process": f"process 7 on {host}",
        }
        await configured.standings.put(STANDBY, f"{host}/7", told_at, told)
    for path in ("/v1/readyz", "/v1/overview"):
        found = (await api.get(path)).json()["coordinator"]
        assert (found["leader"], found["leads_since"]) == (
            "process 12 on host-a",
            rfc3339(at - 5_000),
        )
        assert [one["process"] for one in found["standbys"]] == ["process 7 on host-b"]


async def test_it_is_not_ready_before_the_coordinator_was_heard(
    configured: Store, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    found = answer.json()["checks"]
    assert found.pop("coordinator") == "never heard"
    assert set(found.values()) == {"ok"}


async def test_it_is_not_ready_when_the_coordinator_fell_silent(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now() - 60_000)
    answer = await api.get("/v1/readyz")
    said = answer.json()["checks"]["coordinator"]
    assert said.startswith("silent for 1 min, last heard ")


async def test_workers_that_are_heard_do_not_stand_for_a_coordinator_that_is_not(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at - 60_000)
    await configured.workers.heard([Heard("eu-west", "eu-west-1", at)])
    assert (await api.get("/v1/readyz")).status_code == 503


async def test_it_is_not_ready_while_the_coordinator_has_no_link_to_the_broker(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    told = {"at": rfc3339(at), "connected": False}
    await configured.standings.put("coordinator", "coordinator", at, told)
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "broker: the coordinator has no link to the broker",
    )


async def test_it_is_not_ready_while_looks_are_ordered_and_no_result_is_stored(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    told = {"at": rfc3339(at), "connected": True, "outstanding_looks": 4}
    told["started_at"] = rfc3339(at - 3_600_000)
    await configured.standings.put("coordinator", "coordinator", at, told)
    await configured.results.add([seeds.result(at - 330_000)])
    answer = await api.get("/v1/readyz")
    assert (answer.status_code, answer.json()["checks"]["results"]) == (
        503,
        "no result was stored for 5 min, though looks are ordered",
    )
    await configured.results.add([seeds.result(at - 1_000)])
    assert (await api.get("/v1/readyz")).status_code == 200


async def test_the_overview_and_the_metrics_tell_the_age_of_what_they_say(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now() - 40_000
    await seeds.judged(configured, at, *(seeds.verdict(name, at) for name in seeds.SERVICES))
    told = (await api.get("/v1/overview")).json()
    assert told["headline"].startswith("As of 4")
    assert told["headline"].endswith(" s ago; coordinator silent: Both services are well")
    assert (told["state"], told["coordinator"]["silent"]) == ("unknown", True)
    text = (await api.get("/metrics")).text
    assert 'outscope_ready{check="coordinator"} 0.0' in text
    assert 'outscope_ready{check="store"} 1.0' in text
    assert "outscope_coordinator_age_seconds 4" in text


BROKER = {
    "eu-west": {
        "messages": 400,
        "bytes": 4_000,
        "waiting": 7,
        "refused": {"unreadable_message": 300},
        "trouble": "junk",
        "why": "300 messages refused in a minute: unreadable_message",
    }
}


async def test_a_region_that_sends_junk_is_named_everywhere_and_answers_stay_true(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    told = {"at": "2026-03-01T12:00:00.000Z", "broker": BROKER}
    await configured.standings.put("coordinator", "coordinator", at, told)
    beside = {"broker": {"eu-west": {"refused": {"unreadable_message": 5}}}}
    await configured.standings.put("intake", "store-1/7/a", at, beside)
    ready = await api.get("/v1/readyz")
    assert ready.status_code == 200
    (warning,) = ready.json()["warnings"]
    assert warning.startswith("region eu-west sends what is no report (junk): 300 messages")
    regions = {region["id"]: region for region in (await api.get("/v1/regions")).json()["items"]}
    assert (regions["eu-west"]["trouble"], regions["us-east"]["trouble"]) == ("junk", "")
    text = (await api.get("/metrics")).text
    refused = 'outscope_broker_refused_total{reason="unreadable_message",region="eu-west"} 305.0'
    assert refused in text
    assert 'outscope_region_trouble{region="eu-west",trouble="junk"} 1.0' in text


async def test_a_region_that_reports_and_is_not_configured_is_named_while_somebody_hears_it(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    unknown = {"eu-wst": {"waiting": 9, "like": "eu-west"}, "qq": {"waiting": 1, "like": ""}}
    told = {"at": rfc3339(at), "unknown_regions": unknown}
    await configured.standings.put("coordinator", "coordinator", at, told)
    first, second = (await api.get("/v1/readyz")).json()["warnings"]
    assert first.startswith("region eu-wst reports and is not configured (is it eu-west?): mend")
    assert second.startswith("region qq reports and is not configured: mend --region")
    names = [{"id": "eu-wst", "like": "eu-west"}, {"id": "qq", "like": ""}]
    assert (await api.get("/v1/regions")).json()["unknown"] == names
    assert (await api.get("/v1/overview")).json()["unknown_regions"] == names


async def test_a_region_in_quarantine_is_not_fit_and_says_why(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now())
    told = {"at": "2026-03-01T12:00:00.000Z", "reason": "leaked"}
    await configured.standings.put("quarantine", "eu-west", now(), told)
    regions = {region["id"]: region for region in (await api.get("/v1/regions")).json()["items"]}
    found = regions["eu-west"]
    assert (found["quarantined"], found["fitness"], found["why"]) == (
        True,
        "unfit",
        "in quarantine: leaked",
    )
    ready = (await api.get("/v1/readyz")).json()
    assert ready["warnings"] == ["region eu-west is in quarantine: leaked"]


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


async def test_what_no_collector_got_is_counted(configured: Store, api: httpx.AsyncClient) -> None:
    assert "outscope_otel_" not in (await api.get("/metrics")).text
    place, at = Place(configured, "traces"), now()
    place.after = (at - 9_000, "")
    place.note(Sent("answered 503"), 6)
    place.note(Sent(rejected=2), 60)
    place.note(Sent("answered 400", final=True), 6)
    place.dropped["capped"] += 290
    await place.keep(at, at)
    lines = (await api.get("/metrics")).text.splitlines()
    for line in (
        'outscope_otel_delivered_total{signal="traces"} 58.0',
        'outscope_otel_requests_total{signal="traces"} 3.0',
        'outscope_otel_failures_total{signal="traces"} 2.0',
        'outscope_otel_dropped_total{reason="capped",signal="traces"} 290.0',
        'outscope_otel_dropped_total{reason="refused",signal="traces"} 6.0',
        'outscope_otel_dropped_total{reason="rejected",signal="traces"} 2.0',
        'outscope_otel_behind_seconds{signal="traces"} 9.0',
    ):
        assert line in lines, line


async def test_messages_that_have_not_arrived_are_measured(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now() - 120_000
    one = incident()
    message = of_incident(Kind.OPENED, one, said_of(one, ()), TOPOLOGY, at=at, confidence=0.9)
    await configured.notice_threads.say([], [Letter("on-call", "mail", message)], at)
    text = (await api.get("/metrics")).text
    assert 'outscope_notices_waiting{rule="on-call"} 1.0' in text
    [age] = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "outscope_notices_waiting_seconds"
    ]
    assert age >= 120


async def test_a_relay_of_its_own_says_that_it_is_alive() -> None:
    app = create_relay_app(ApiSettings(database="sqlite://unused.db"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/v1/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
