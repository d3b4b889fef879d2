"""A collector, and loops that send to it what a real store holds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource

from coordinator.store import Store
from coordinator.telemetry.loops import MetricsLoop, TracesLoop
from coordinator.telemetry.settings import Sending, read_sending
from tests.coordinator.telemetry.collector import Collector, collecting

RESOURCE = Resource({"service.name": "outscope"})


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
def sending(collector: Collector) -> Callable[..., Sending]:
    """What environment variables say, beside where the collector is."""

    def read(**environ: str) -> Sending:
        told = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_TIMEOUT": "500",
        }
        return read_sending({**told, **environ})

    return read


@pytest.fixture
def traces(store: Store, sending: Callable[..., Sending]) -> Callable[..., Any]:
    """Makes the loop of traces, at its place."""

    async def make(**environ: str) -> TracesLoop:
        told = sending(**environ)
        assert told.traces is not None
        loop = TracesLoop(store, told.traces, told.tracing, RESOURCE)
        await loop.begin()
        return loop

    return make


@pytest.fixture
def metrics(store: Store, sending: Callable[..., Sending]) -> Callable[..., Any]:
    """Makes the loop of metrics, at its place."""

    async def make(**environ: str) -> MetricsLoop:
        told = sending(**environ)
        assert told.metrics is not None
        loop = MetricsLoop(store, told.metrics, told.metrics_every_s, RESOURCE)
        await loop.begin()
        return loop

    return make
