"""What is counted and what stands as metrics of OpenTelemetry."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.telemetry.signals.resource import SCOPE, SCOPE_VERSION
from coordinator.telemetry.signals.totals import (
    BOUNDS_MS,
    OK,
    OVERFLOW,
    WHOLE,
    Key,
    Spread,
    Totals,
    buckets,
)
from worker.contract.instant import Instant

_MS: Final = 1_000_000
_BOUNDS_S: Final = [bound / 1000 for bound in BOUNDS_MS]
_OVERFLOWN: Final = {"otel.metric.overflow": True}
_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE
SERVICE: Final = "outscope.service"
REGION: Final = "outscope.region"
_LOOK: Final = (SERVICE, "outscope.component", REGION, ERROR_TYPE)
_WHOLE: Final = (SERVICE, REGION, "", ERROR_TYPE)
_PHASE: Final = (SERVICE, REGION, "outscope.phase", "")

Attributes = Mapping[str, Any]
Value = tuple[Attributes, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment: what was counted `since`, verdicts and fitness as they stand,
    and the gaps of the last hour.
    """

    at: Instant
    since: Instant
    totals: Totals
    services: Mapping[str, Mapping[str, Any]]
    regions: Mapping[str, Mapping[str, Any]]
    gaps: Sequence[Mapping[str, Any]] = ()


def metrics_of(facts: Facts, resource: Resource) -> MetricsData:
    """All metrics, as they are sent."""
    scope = InstrumentationScope(SCOPE, SCOPE_VERSION)
    told = [*_counted(facts), *_standing(facts)]
    told = [metric for metric in told if metric.data.data_points]
    within = ScopeMetrics(scope, told, "")
    return MetricsData([ResourceMetrics(resource, [within], "")])


def number_of(data: MetricsData) -> int:
    """How many points there are."""
    scopes = [scope for one in data.resource_metrics for scope in one.scope_metrics]
    return sum(len(metric.data.data_points) for scope in scopes for metric in scope.metrics)


def _counted(facts: Facts) -> Iterator[Metric]:
    looks = [
        NumberDataPoint(_attributes(_LOOK, key), facts.since * _MS, facts.at * _MS, number)
        for key, number in facts.totals.looks.items()
    ]
    yield Metric("outscope.looks", "Looks that were made", "{look}", Sum(looks, _CUMULATIVE, True))
    durations = dict(facts.totals.durations())
    whole = [_histogram(facts, _WHOLE, key, durations[key]) for key in durations if _is_whole(key)]
    about = "How long looks took"
    yield Metric("outscope.look.duration", about, "s", Histogram(whole, _CUMULATIVE))
    parts = [
        _histogram(facts, _PHASE, key, spread)
        for key, spread in durations.items()
        if not _is_whole(key)
    ]
    about = "How long phases of looks took"
    yield Metric("outscope.look.phase.duration", about, "s", Histogram(parts, _CUMULATIVE))


def _is_whole(key: Key) -> bool:
    return key[0] != OVERFLOW and key[2] == WHOLE


def _histogram(facts: Facts, names: Sequence[str], key: Key, spread: Spread) -> HistogramDataPoint:
    number, total_ms, least_ms, most_ms = spread[:4]
    return HistogramDataPoint(
        _attributes(names, key),
        facts.since * _MS,
        facts.at * _MS,
        int(number),
        total_ms / 1000,
        buckets(spread),
        _BOUNDS_S,
        least_ms / 1000,
        most_ms / 1000,
    )


def _attributes(names: Sequence[str], key: Key) -> Attributes:
    """What a key says; `ok` is no type of error."""
    if key[0] == OVERFLOW:
        return _OVERFLOWN
    told = dict(zip(names, key, strict=True))
    told.pop("", None)
    return {name: said for name, said in told.items() if (name, said) != (ERROR_TYPE, OK)}


def _standing(facts: Facts) -> Iterator[Metric]:
    services, regions = facts.services, facts.regions
    yield _gauge(
        facts,
        ("outscope.service.severity", "1 for how bad it is"),
        _one_of(services, SERVICE, "severity", Severity),
    )
    yield _gauge(
        facts,
        ("outscope.service.scope", "1 for how far it reaches"),
        _one_of(services, SERVICE, "scope", Scope),
    )
    yield _gauge(
        facts,
        ("outscope.service.confidence", "Of the verdict, 0 to 1"),
        [({SERVICE: name}, told["confidence"]) for name, told in services.items()],
    )
    yield _gauge(
        facts,
        ("outscope.region.fitness", "1 for its fitness"),
        _one_of(regions, REGION, "fitness", Fitness),
    )
    missing = Counter[tuple[str, str, str]]()
    for gap in facts.gaps:
        missing[gap["service"], gap["region"], gap["reason"]] += gap["number"]
    yield _gauge(
        facts,
        ("outscope.gaps.looks", "Looks of the last hour that were not made, or were lost"),
        [
            ({SERVICE: service, REGION: region, "outscope.gap.reason": reason}, number)
            for (service, region, reason), number in missing.items()
        ],
        "{look}",
    )


def _one_of(
    subjects: Mapping[str, Mapping[str, Any]], subject: str, said: str, words: Iterable[str]
) -> list[Value]:
    """A point for each word: 1 for the one that holds, 0 for the others."""
    known = [str(word) for word in words]
    return [
        ({subject: name, f"outscope.{said}": word}, int(told[said] == word))
        for name, told in subjects.items()
        for word in known
    ]


def _gauge(
    facts: Facts, named: tuple[str, str], values: Iterable[Value], unit: str = "1"
) -> Metric:
    points = [
        NumberDataPoint(told, facts.since * _MS, facts.at * _MS, value) for told, value in values
    ]
    return Metric(*named, unit, Gauge(points))
