"""Looks and changes of verdicts as spans, with the times that they really had."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.http_attributes import HTTP_RESPONSE_STATUS_CODE
from opentelemetry.semconv.attributes.network_attributes import NETWORK_PEER_ADDRESS
from opentelemetry.trace import (
    Link,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from coordinator.domain.model.verdict import Severity
from coordinator.telemetry.signals.identity import (
    look_span,
    look_trace,
    verdict_span,
    verdict_trace,
)
from coordinator.telemetry.signals.resource import SCOPE, SCOPE_VERSION
from coordinator.telemetry.signals.targets import HTTP
from coordinator.telemetry.signals.totals import phases
from worker.contract.instant import Instant, parse_rfc3339
from worker.contract.result import Result

_MS: Final = 1_000_000
"""Nanoseconds."""
Attributes: TypeAlias = Mapping[str, Any]
Target = Callable[[str], Attributes]
"""Whom a check of this id asks."""


class _Ids(IdGenerator):
    """Gives out what it was told."""

    def __init__(self) -> None:
        self.trace, self.span = 1, 1

    def generate_span_id(self) -> int:
        return self.span

    def generate_trace_id(self) -> int:
        return self.trace


class _Ended(SpanProcessor):
    """Keeps the spans that have ended until they are taken."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class Spans:
    """Makes spans; `taken` are those that were made since it was asked last."""

    def __init__(self, resource: Resource, share: float, target: Target) -> None:
        self._ids, self._ended, self._target = _Ids(), _Ended(), target
        self._looks = self._tracer(resource, ParentBased(TraceIdRatioBased(share)))
        self._verdicts = self._tracer(resource, ALWAYS_ON)

    def _tracer(self, resource: Resource, sampler: Sampler) -> Tracer:
        provider = TracerProvider(sampler, resource, False, id_generator=self._ids)
        provider.add_span_processor(self._ended)
        return provider.get_tracer(SCOPE, SCOPE_VERSION)

    def taken(self) -> list[ReadableSpan]:
        """What was made, and is not kept any longer."""
        spans, self._ended.spans = self._ended.spans, []
        return spans

    def look(self, result: Result) -> None:
        """The trace of a look: itself, and below it each phase that happened."""
        self._ids.trace, self._ids.span = look_trace(result.id), look_span(result.id)
        begin = result.started_at * _MS
        span = self._looks.start_span(
            f"look {result.check}",
            Context(),
            SpanKind.CLIENT,
            self._told(result),
            start_time=begin,
        )
        within, end = set_span_in_context(span, Context()), begin
        took = (result.dns_ms, result.connect_ms, result.tls_ms, result.ttfb_ms, result.total_ms)
        for phase, took_ms in phases(took):
            self._ids.span = look_span(result.id, phase)
            part = self._looks.start_span(phase, within, start_time=end)
            end += round(took_ms * _MS)
            part.end(end)
        if not result.ok:
            span.set_status(Status(StatusCode.ERROR, result.detail))
        span.end(max(end, begin + round((result.total_ms or 0) * _MS)))

    def verdict(self, document: Mapping[str, Any], seen: Sequence[str]) -> None:
        """The trace of a change of a verdict: from the first look that saw it until it was said,
        with links to looks (`seen`, by the ids of their results) that it rests on.
        """
        service, at = document["service"], parse_rfc3339(document["at"])
        self._ids.trace, self._ids.span = verdict_trace(service, at), verdict_span(service, at)
        span = self._verdicts.start_span(
            f"verdict {service}",
            Context(),
            SpanKind.INTERNAL,
            {
                "outscope.service": service,
                "outscope.severity": document["severity"],
                "outscope.scope": document["scope"],
                "outscope.regions": document["regions"],
                "outscope.components": document["components"],
                "outscope.confidence": document["confidence"],
                "outscope.reason": document["reason"],
            },
            [Link(_context(result)) for result in seen],
            min(since(document), at) * _MS,
        )
        if document["severity"] != Severity.OPERATIONAL:
            span.set_status(Status(StatusCode.ERROR, document["reason"]))
        span.end(at * _MS)

    def _told(self, result: Result) -> Attributes:
        told = {
            **self._target(result.check),
            "outscope.service": result.service,
            "outscope.component": result.component,
            "outscope.check": result.check,
            "outscope.kind": result.kind,
            "outscope.region": result.region,
            "outscope.worker": result.worker,
            "outscope.result": result.id,
            "outscope.attempt": result.attempt,
            "outscope.late_ms": result.started_at - result.scheduled_at,
        }
        return {**told, **dict(_if_any(result))}


def since(document: Mapping[str, Any]) -> Instant:
    """When the first look of what is disrupted failed, as far as it is known; else when the verdict
    was said.
    """
    cells = document.get("cells") or ()
    bad = [cell["first_bad"] for cell in cells if cell["state"] in ("bad", "degraded")]
    return min(map(parse_rfc3339, filter(None, bad)), default=parse_rfc3339(document["at"]))


def _if_any(result: Result) -> Iterator[tuple[str, Any]]:
    if not result.ok:
        yield ERROR_TYPE, result.reason.value
        yield "outscope.blame", result.blame.value
    if result.ip is not None:
        yield NETWORK_PEER_ADDRESS, result.ip
    if result.status_code is not None:
        status = HTTP_RESPONSE_STATUS_CODE if result.kind == HTTP else "outscope.status_code"
        yield status, result.status_code


def _context(result: str) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(look_trace(result), look_span(result), is_remote=True, trace_flags=flags)
