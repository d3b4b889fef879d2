"""A small collector: takes OTLP over HTTP, reads it by OpenTelemetry's own protobuf, and answers as
it is told.
"""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

Attributes = tuple[tuple[str, Any], ...]
"""Sorted, so that they are a key."""


def value_of(told: AnyValue) -> Any:
    which = told.WhichOneof("value")
    found = getattr(told, which)
    return tuple(value_of(one) for one in found.values) if which == "array_value" else found


def attributes_of(told: Any) -> Attributes:
    pairs: list[KeyValue] = list(told)
    return tuple(sorted((pair.key, value_of(pair.value)) for pair in pairs))


@dataclass
class Collector:
    """What arrived and was taken. `answer` is a status with headers and a body; None hangs until
    it is released.
    """

    port: int = 0
    answer: tuple[int, dict[str, str], bytes] | None = (200, {}, b"")
    headers: list[dict[str, str]] = field(default_factory=list)
    traces: list[ExportTraceServiceRequest] = field(default_factory=list)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spans(self) -> list[Any]:
        """All spans that were taken, in the order of arrival."""
        return [
            span
            for request in list(self.traces)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def roots(self, word: str) -> dict[str, Any]:
        """The first spans of traces of this sort, by what they are of."""
        name = "outscope.result" if word == "look" else "outscope.service"
        found = [span for span in self.spans() if span.name.startswith(f"{word} ")]
        return {dict(attributes_of(span.attributes))[name]: span for span in found}

    def points(self, metric: str) -> dict[Attributes, Any]:
        """The points of a metric as they came last, by what they are of."""
        latest = list(self.metrics)[-1:]
        return {
            attributes_of(point.attributes): point
            for request in latest
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for one in scope.metrics
            if one.name == metric
            for point in getattr(one, one.WhichOneof("data")).data_points
        }

    def take(self, path: str, body: bytes) -> None:
        if path.endswith("/v1/traces"):
            self.traces.append(ExportTraceServiceRequest.FromString(body))
        elif path.endswith("/v1/metrics"):
            self.metrics.append(ExportMetricsServiceRequest.FromString(body))


def rejecting(spans: int) -> tuple[int, dict[str, str], bytes]:
    """It takes the request, and not so many of its spans."""
    said = ExportTraceServiceResponse()
    said.partial_success.rejected_spans = spans
    return 200, {}, said.SerializeToString()


def rejecting_points(points: int) -> tuple[int, dict[str, str], bytes]:
    """As `rejecting`, of points."""
    said = ExportMetricsServiceResponse()
    said.partial_success.rejected_data_points = points
    return 200, {}, said.SerializeToString()


@contextmanager
def collecting(port: int = 0) -> Iterator[Collector]:
    """A collector on loopback."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.asked.append(self.path)
            if collector.answer is None:
                collector.released.wait(60)
                return
            status, headers, said = collector.answer
            if status == 200:
                packed = self.headers.get("content-encoding") == "gzip"
                collector.headers.append({k.lower(): v for k, v in self.headers.items()})
                collector.take(self.path, gzip.decompress(body) if packed else body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    collector.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield collector
    finally:
        collector.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
