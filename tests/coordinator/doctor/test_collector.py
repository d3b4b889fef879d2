"""The doctor asks the collector, and tells no secret."""

from collections.abc import Iterator

import pytest

from coordinator.doctor import State
from coordinator.doctor.collector import look_at_collector
from tests.coordinator.telemetry.collector import Collector, collecting

SECRET = "not-to-be-told"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


def told(collector: Collector, **environ: str) -> dict[str, tuple[State, str]]:
    known = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"api-key={SECRET}",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "500",
    }
    found = list(look_at_collector({**known, **environ}))
    assert SECRET not in str(found)
    return {one.check: (one.state, one.said) for one in found}


def test_a_collector_that_takes_both_is_well(collector: Collector) -> None:
    found = told(collector)
    assert set(found) == {"otel traces", "otel metrics"}
    assert {state for state, _ in found.values()} == {State.OK}
    assert sorted(collector.asked) == ["/v1/metrics", "/v1/traces"]
    assert {headers["api-key"] for headers in collector.headers} == {SECRET}


def test_one_that_refuses_hangs_or_leads_elsewhere_is_not(collector: Collector) -> None:
    collector.answer = (401, {}, SECRET.encode())
    assert told(collector)["otel traces"] == (State.FAILURE, "the collector answered 401")
    collector.answer = (308, {"location": "http://127.0.0.1:1/"}, b"")
    assert "redirects are not followed" in told(collector)["otel metrics"][1]
    collector.answer = None
    assert told(collector, OTEL_METRICS_EXPORTER="none") == {
        "otel traces": (State.FAILURE, "the collector gave no answer in time")
    }


def test_nobody_is_asked_where_nothing_is_to_be_sent(collector: Collector) -> None:
    [(state, said)] = told(collector, OTEL_SDK_DISABLED="true").values()
    assert (state, collector.asked) == (State.OK, [])
    [(state, said)] = told(collector, OTEL_EXPORTER_OTLP_PROTOCOL="grpc").values()
    assert state is State.FAILURE
    assert "OTEL_EXPORTER_OTLP_PROTOCOL" in said
