"""What Prometheus reads of what goes to an OpenTelemetry collector."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from api.documents.worker_metrics import epoch

_SIGNAL: Final = ["signal"]
_COUNTS: Final = {
    "delivered": "Spans or points of metrics that a collector took",
    "requests": "Requests to a collector",
    "failures": "Requests to a collector that came to nothing",
}


def telemetry_metrics(telemetry: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    """The families by signal; nothing when none is sent."""
    counts = {
        name: CounterMetricFamily(f"outscope_otel_{name}", about, labels=_SIGNAL)
        for name, about in _COUNTS.items()
    }
    dropped = CounterMetricFamily(
        "outscope_otel_dropped",
        "What no collector got: looks (capped, too_old), or spans and points (refused, rejected)",
        labels=[*_SIGNAL, "reason"],
    )
    behind = GaugeMetricFamily(
        "outscope_otel_behind_seconds", "How old what waits to be sent is", labels=_SIGNAL
    )
    heard = GaugeMetricFamily(
        "outscope_otel_heard_seconds", "When what sends was last heard of (epoch)", labels=_SIGNAL
    )
    for signal, told in telemetry.items():
        for name, family in counts.items():
            family.add_metric([signal], told[name])
        for reason, number in told["dropped"].items():
            dropped.add_metric([signal, reason], number)
        behind.add_metric([signal], told["behind_ms"] / 1000)
        heard.add_metric([signal], epoch(told["at"]))
    return iter((*counts.values(), dropped, behind, heard)) if telemetry else iter(())
