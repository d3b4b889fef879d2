"""`outscope up` with a collector: what arrives there is what the product stored, over a restart of
what sends and over a collector that is away.
"""

import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.supervisor.claim import free_port
from tests.coordinator.telemetry.collector import Collector, attributes_of, collecting
from tests.e2e.running import Running, until
from tests.e2e.target import REGIONS, Target
from tests.e2e.test_up import refused
from worker.contract.instant import rfc3339

pytestmark = pytest.mark.slow
SECRET = "not-to-be-told"
SENT = {
    "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Bearer%20{SECRET}",
    "OTEL_EXPORTER_OTLP_TIMEOUT": "10000",
    "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
    "OTEL_SERVICE_NAME": "outages",
    "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    "OTEL_BSP_SCHEDULE_DELAY": "500",
    "OUTSCOPE_OTEL_MOST_LOOKS": "1000",
}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
def running(
    fast_config: Path, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    for name, value in {**SENT, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}.items():
        monkeypatch.setenv(name, value)
    data = tmp_path / "data"
    product = Running(data, free_port(), "--config", fast_config, "--allow", "127.3.0.0/16")
    try:
        yield product.started()
    finally:
        product.close()


def every_result(running: Running) -> dict[str, dict[str, Any]]:
    """All that is stored, by id."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while cursor is not None:
        path = f"/v1/results?limit=500{cursor}"
        page = until("a page of results", lambda: running.get(path))  # noqa: B023
        found |= {result["id"]: result for result in page["items"]}
        cursor = f"&cursor={page['next']}" if page["next"] is not None else None
    return found


def counted(results: dict[str, dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    return Counter(
        (one["service"], one["region"], "" if one["ok"] else one["reason"])
        for one in results.values()
    )


def stop_between_writes(pid: int, database: Path) -> None:
    """Stop a process while it holds no lock of the database: what sends writes there, too."""

    def stopped() -> bool:
        os.kill(pid, signal.SIGSTOP)
        try:
            with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as link:
                link.execute("BEGIN IMMEDIATE")
                link.execute("ROLLBACK")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
        return True

    until("it is stopped between two writes", stopped)


def told_once(collector: Collector, metric: str, name: str) -> list[str]:
    """Of whom one word of a metric holds."""
    points = collector.points(metric).items()
    return sorted(dict(told)[name] for told, point in points if point.as_int == 1)


def told_verdicts(collector: Collector) -> Counter[str]:
    """When and how bad, of each change of the shop's verdict that arrived; a busy machine answers
    late, and then it comes again with the same id.
    """
    told = {span.span_id: span for span in collector.spans() if span.name == "verdict shop"}
    return Counter(said_by(span) for span in told.values())


def said_by(span: Any) -> str:
    severity: str = dict(attributes_of(span.attributes))["outscope.severity"]
    return rfc3339(span.end_time_unix_nano // 1_000_000) + severity


def received(collector: Collector) -> Counter[tuple[str, str, str]]:
    found = Counter[tuple[str, str, str]]()
    for told, point in collector.points("outscope.looks").items():
        names = dict(told)
        key = names["outscope.service"], names["outscope.region"], names.get("error.type", "")
        found[key] += point.as_int
    return found


def test_what_arrives_is_what_was_stored_over_restarts_and_outages_of_the_collector(
    running: Running, target: Target, collector: Collector
) -> None:
    until("metrics arrive", lambda: sum(received(collector).values()) > 20)
    target.fail("/api")
    until("failed looks arrive", lambda: len(collector.roots("look")) > 5)
    until("a verdict arrives", lambda: "shop" in collector.roots("verdict"))
    collector.answer = (503, {}, b"")
    at_first = len(collector.roots("look"))
    failed = partial(running.results, service="shop", reason="status", limit=500)
    until("looks fail unseen", lambda: len(failed()) > at_first + 15)
    os.kill(running.children()["otel"], signal.SIGKILL)
    until("it is started again", lambda: "otel" in running.children())
    collector.answer = (200, {}, b"")
    target.fail()
    until("all is well again", lambda: running.scopes() == {"shop": "none"})
    coordinator = running.children()["coordinator"]
    # nothing more is stored, so both can be compared
    stop_between_writes(coordinator, running.data / "outscope.db")
    try:
        stored = every_result(running)
        lines = running.text("/v1/exports/verdicts?format=ndjson").splitlines()
        until("all looks are counted", lambda: received(collector) == counted(stored), 240)
        bad = {one for one, result in stored.items() if not result["ok"]}
        until("all failed ones are traced", lambda: bad <= set(collector.roots("look")), 240)
        changes = [json.loads(line) for line in lines]
        said = Counter(one["at"] + one["severity"] for one in changes if one["service"] == "shop")
        until("all verdicts are traced", lambda: told_verdicts(collector) == said, 240)
    finally:
        os.kill(coordinator, signal.SIGCONT)
    assert len([one for one in bad if stored[one]["reason"] == "status"]) > 20
    assert len(said) > 1
    roots = collector.roots("look")
    assert set(roots) & set(stored) == bad
    for one in bad:
        told = dict(attributes_of(roots[one].attributes))
        assert told["outscope.region"] == stored[one]["region"]
        assert told["error.type"] == stored[one]["reason"]
        # a busy machine leaves looks at others for being late, too
        here = "127.3.0.1" if stored[one]["service"] == "shop" else told["server.address"]
        assert (told["server.address"], told["server.port"]) == (here, target.port)
        assert told.get("http.response.status_code") == stored[one]["status_code"]
        took = roots[one].end_time_unix_nano - roots[one].start_time_unix_nano
        # a look that was left, for it was late, took no time
        assert abs(took - (stored[one]["total_ms"] or 0) * 1e6) < 1e4
    spans = {span.span_id: span for span in collector.spans()}.values()
    again = [dict(attributes_of(span.attributes)).get("outscope.result") for span in spans]
    assert max(Counter(filter(None, again)).values()) == 1, "none came as two"

    assert told_once(collector, "outscope.service.severity", "outscope.service") == ["shop"]
    assert told_once(collector, "outscope.region.fitness", "outscope.region") == sorted(REGIONS)

    assert {headers["authorization"] for headers in collector.headers} == {f"Bearer {SECRET}"}
    [resource] = {
        attributes_of(one.resource.attributes)
        for request in collector.metrics
        for one in request.resource_metrics
    }
    assert dict(resource)["service.name"] == "outages"
    assert dict(resource)["deployment.environment.name"] == "test"
    text = running.text("/metrics")
    assert 'outscope_otel_failures_total{signal="traces"}' in text
    assert 'outscope_otel_behind_seconds{signal="metrics"}' in text
    assert "outscope_otel_dropped_total{" not in text
    for log in (running.data / "logs").iterdir():
        assert SECRET not in log.read_text(), log
    for name, pid in running.children().items():
        knows = SECRET in Path(f"/proc/{pid}/environ").read_text()
        assert knows == (name == "otel"), name


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is no URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:p@c:4318", "holds a user or a password"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "write http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"a=b,{SECRET}", "entry 2 is no header"),
        ("OTEL_TRACES_SAMPLER_ARG", "7", "write a share from 0 to 1"),
        ("OUTSCOPE_OTEL_LOOKS", "some", "write failed, all or none"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_starts(
    name: str, value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv(name, value)
    told = refused("--data", tmp_path / "data", "--port", free_port())
    assert name in told
    assert said in told
    assert SECRET not in told
    assert not (tmp_path / "data").exists()
