"""Counts and times the requests of one process, by the route that served them."""

import re
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.contract.clock import monotonic_s

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)

_RECORDED: Final = re.compile(
    rb"00-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f][13579bdf]"
)
"""A trace that is sampled; of any other nobody could look anything up."""


class RequestMetrics:
    """The counters, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else a series more for each counter
        self.registry = CollectorRegistry()
        self._count = Counter(
            "outscope_http_requests",
            "HTTP requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "outscope_http_request_seconds",
            "Time until an answer began",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def answered(
        self, method: str, route: str, status: int, seconds: float, trace: str | None = None
    ) -> None:
        """Count one answer; the trace that it is of, if any, is the example of its kind."""
        self._count.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds, {"trace_id": trace} if trace else None)


def trace_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The id of the trace that somebody records a request in (W3C Trace Context, level 1)."""
    told = next((value for name, value in headers if name == b"traceparent"), b"")
    found = _RECORDED.fullmatch(told)
    return found[1].decode() if found else None


class CountRequests:
    """Counts each answer of the app that it wraps. Routes, not paths: clients cannot make new
    series.
    """

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it when its answer begins."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began = monotonic_s()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                took_s, trace = monotonic_s() - began, trace_of(scope["headers"])
                self.metrics.answered(scope["method"], route, message["status"], took_s, trace)
            await send(message)

        return await self.app(scope, receive, send_counted)
