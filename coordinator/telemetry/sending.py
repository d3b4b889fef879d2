"""Sends to a collector, and tells what became of it.

The exporters of OpenTelemetry do it; what was answered is seen here, for they take a redirect for
an arrival.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import requests
from google.protobuf.message import DecodeError
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.metrics.export import MetricsData
from opentelemetry.sdk.trace import ReadableSpan

from coordinator.telemetry.environment import TRACES, Receiver

_READ: Final = 65_536
_EXPORTERS: Final = frozenset({"content-type", "content-encoding", "user-agent"})
"""What an exporter says of its own request."""
_FINAL: Final = frozenset({400, 413, 415, 422})
"""The collector says that it will never take this."""
_REASONS: Final = (
    (requests.Timeout, "gave no answer in time"),
    (requests.exceptions.SSLError, "showed a certificate that is not accepted"),
    (requests.exceptions.ProxyError, "cannot be reached through the proxy"),
    (Exception, "cannot be reached"),
    (type(None), "was not asked: what it should get cannot be written as protobuf"),
)
_COMPRESSIONS: Final = {
    "none": Compression.NoCompression,
    "gzip": Compression.Gzip,
    "deflate": Compression.Deflate,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: nothing is `wrong` when it arrived. `final` when it never will. Of what
    arrived, so much was `rejected`.
    """

    wrong: str = ""
    final: bool = False
    rejected: int = 0


class _Session(requests.Session):
    """Follows no redirect, reads no answer without end, and keeps what was answered last.

    It sends the headers that are meant for its receiver: the exporter adds those that the
    environment has for all, though another receiver may be meant by them.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__()
        self._own = headers
        self.auth = _as_it_is  # not what a .netrc holds for that host
        self.forget()

    def forget(self) -> None:
        """Know of no answer."""
        self.status = 0
        self.body = b""
        self.error: Exception | None = None

    def request(self, *positional: Any, **named: Any) -> requests.Response:
        """As it is asked for, and no further."""
        given: Mapping[str, str] = named.get("headers") or {}
        ours = {name: value for name, value in given.items() if name.lower() in _EXPORTERS}
        named |= {"allow_redirects": False, "stream": True, "headers": {**ours, **self._own}}
        self.forget()
        try:
            with super().request(*positional, **named) as answer:
                self.body = answer.raw.read(_READ, decode_content=True)
                self.status = answer.status_code
                return answer
        except Exception as error:
            self.error = error
            raise


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Sender:
    """Sends one signal to its receiver. Used from one thread at a time."""

    def __init__(self, receiver: Receiver) -> None:
        # what they say may hold what a collector answered, and with it our headers
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
        self._stopped = False
        self._session = _Session(receiver.headers)
        told: dict[str, Any] = {
            "endpoint": receiver.url,
            "timeout": receiver.timeout_s,
            "compression": _COMPRESSIONS[receiver.compression],
            "session": self._session,
        }
        self._exporter: OTLPSpanExporter | OTLPMetricExporter
        self._empty: Callable[[], Sent]
        if receiver.signal == TRACES:
            self._exporter = OTLPSpanExporter(**told)
            self._empty = partial(self.spans, ())
        else:
            self._exporter = OTLPMetricExporter(**told)
            self._empty = partial(self.metrics, MetricsData(()))

    def spans(self, spans: Sequence[ReadableSpan]) -> Sent:
        """Send spans; blocks, for as long as the receiver may take."""
        self._session.forget()
        self._exporter.export(spans)  # type: ignore[arg-type]
        return self._outcome(_rejected_spans)

    def metrics(self, data: MetricsData) -> Sent:
        """Send metrics, likewise."""
        self._session.forget()
        self._exporter.export(data)  # type: ignore[arg-type]
        return self._outcome(_rejected_points)

    def nothing(self) -> Sent:
        """Ask whether it takes anything, by a request with nothing in it."""
        return self._empty()

    def stop(self) -> None:
        """Try no more."""
        self._stopped = True
        self._exporter.shutdown()

    def _outcome(self, rejected: Callable[[bytes], int]) -> Sent:
        status = self._session.status
        if 200 <= status < 300:
            return Sent(rejected=_counted(rejected, self._session.body))
        if 300 <= status < 400:
            return Sent(f"answered {status}; redirects are not followed")
        if status:
            return Sent(f"answered {status}", final=status in _FINAL)
        error = self._session.error
        if self._stopped and error is None:
            return Sent("is not asked any more")
        wrong = next(words for kind, words in _REASONS if isinstance(error, kind))
        return Sent(wrong, final=error is None)


def _counted(rejected: Callable[[bytes], int], body: bytes) -> int:
    try:
        return max(0, rejected(body))
    except DecodeError:  # whatever it says, it took it
        return 0


def _rejected_spans(body: bytes) -> int:
    return int(ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)


def _rejected_points(body: bytes) -> int:
    answer = ExportMetricsServiceResponse.FromString(body)
    return int(answer.partial_success.rejected_data_points)
