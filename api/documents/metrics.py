"""What Prometheus reads: verdicts, fitness, workers' vitals, refusals. Pure: from a picture to
metric families.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition
from prometheus_client.registry import Collector

from api.documents.incident_metrics import incident_metrics
from api.documents.picture.picture import Picture
from api.documents.readiness import OK, readiness
from api.documents.telemetry_metrics import telemetry_metrics
from api.documents.traffic_metrics import traffic_metrics
from api.documents.words import FitnessWord, ScopeWord, SeverityWord
from api.documents.worker_metrics import epoch, one_of, worker_metrics
from coordinator.store.state.incident_counts import Opened
from worker.contract.instant import Instant

_COUNTS: Final = {
    "reports": "Reports taken in",
    "results": "Results stored",
    "repeats": "Results that were known already",
    "looks_ordered": "Looks ordered from workers",
    "looks_lost": "Ordered looks that nothing came back of",
    "extra_looks_asked": "Extra looks that the judge asked for",
    "extra_looks_ordered": "Extra looks ordered from workers",
    "extra_looks_dropped": "Extra looks not ordered, because nobody was there to look",
    "extra_looks_capped": "Extra looks not ordered, because they were more than the cap allows",
    "gaps": "Gaps declared",
}
_GAUGES: Final = {
    "connected": "1 while it is connected to the broker",
    "waiting_reports": "Reports that wait to be taken in",
    "outstanding_looks": "Ordered looks that nothing came back of yet",
}
_DELAYS: Final = {
    "order_lag_p99_ms": "How late the broker took orders, 99th percentile",
    "ingest_lag_p50_ms": "From a report's arrival to its commit, median",
    "ingest_lag_p99_ms": "From a report's arrival to its commit, 99th percentile",
    "judge_p99_ms": "How long one judging takes, 99th percentile",
}


@dataclass(frozen=True, eq=False)  # a registry keeps collectors by identity
class Facts(Collector):
    """What is known at one scrape."""

    picture: Picture
    refusals: Sequence[Mapping[str, Any]] = ()
    writers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each writer last told of itself."""
    newest: Instant | None = None
    """When the last result was stored."""
    notices: Sequence[tuple[str, int, Instant]] = ()
    """Messages that have not arrived yet: rule, how many, since when the oldest waits."""
    incidents: Mapping[str, Opened] = field(default_factory=dict)
    """How many began, by service."""
    at: Instant = 0
    """When this is told."""
    telemetry: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What is told of each signal that goes to an OpenTelemetry collector."""

    def collect(self) -> Iterable[Metric]:
        """All families."""
        yield from _services(self.picture)
        yield from incident_metrics(self.picture, self.incidents)
        yield from _regions(self.picture)
        yield from worker_metrics(self.picture.workers)
        yield from _coordinator(self)
        yield from _notices(self)
        yield from telemetry_metrics(self.telemetry)


@dataclass(frozen=True, eq=False)
class _Whole(Collector):
    """All that is told at one scrape, as one."""

    parts: Sequence[Collector]

    def collect(self) -> Iterable[Metric]:
        """All families."""
        for part in self.parts:
            yield from part.collect()


def text(facts: Facts, *others: Collector) -> bytes:
    """The Prometheus text of the facts and of other collectors."""
    return generate_latest(_Whole((facts, *others)))


def open_metrics(facts: Facts, *others: Collector) -> bytes:
    """The same by OpenMetrics 1.0, which has exemplars."""
    write: Callable[[Collector], bytes] = exposition.generate_latest
    return write(_Whole((facts, *others)))


def _services(picture: Picture) -> Iterator[Metric]:
    scope = GaugeMetricFamily(
        "outscope_service_scope", "1 for how far it reaches", labels=["service", "scope"]
    )
    severity = GaugeMetricFamily(
        "outscope_service_severity", "1 for how bad it is", labels=["service", "severity"]
    )
    confidence = GaugeMetricFamily(
        "outscope_service_confidence", "Of the verdict, 0 to 1", labels=["service"]
    )
    judged = GaugeMetricFamily(
        "outscope_service_judged_seconds", "When it was judged (epoch)", labels=["service"]
    )
    incidents = GaugeMetricFamily(
        "outscope_service_open_incidents", "Incidents that go on", labels=["service"]
    )
    for service in picture.services:
        name, verdict = service["id"], service["verdict"]
        one_of(scope, (name,), get_args(ScopeWord), verdict["scope"])
        one_of(severity, (name,), get_args(SeverityWord), verdict["severity"])
        confidence.add_metric([name], verdict["confidence"])
        incidents.add_metric([name], sum(i["service"] == name for i in picture.open_incidents))
        if verdict["at"]:
            judged.add_metric([name], epoch(verdict["at"]))
    return iter((scope, severity, confidence, judged, incidents))


def _regions(picture: Picture) -> Iterator[Metric]:
    fitness = GaugeMetricFamily(
        "outscope_region_fitness", "1 for its fitness", labels=["region", "fitness"]
    )
    for region in picture.regions:
        one_of(fitness, (region["id"],), get_args(FitnessWord), region["fitness"])
    yield fitness
    yield from traffic_metrics(picture)


def _coordinator(facts: Facts) -> Iterator[Metric]:
    heard = GaugeMetricFamily(
        "outscope_coordinator_heard_seconds", "When it last wrote anything (epoch)"
    )
    if facts.picture.heard_at is not None:
        heard.add_metric([], facts.picture.heard_at / 1000)
    yield from _age(facts)
    refused = CounterMetricFamily(
        "outscope_refused", "What arrived and was refused", labels=["reason"]
    )
    for refusal in facts.refusals:
        refused.add_metric([refusal["reason"]], refusal["count"])
    yield from (heard, refused)
    yield from _told(facts.picture.coordinator)
    yield from _writers(facts.writers)


def _age(facts: Facts) -> Iterator[Metric]:
    """How old it is what the other families tell."""
    checks = readiness(facts.picture, facts.newest, facts.at)
    ready = GaugeMetricFamily(
        "outscope_ready", "1 for what true answers need and have", labels=["check"]
    )
    for check, found in checks.items():
        ready.add_metric([check], float(found == OK))
    age = GaugeMetricFamily(
        "outscope_coordinator_age_seconds", "Since the coordinator last wrote anything"
    )
    if facts.picture.heard_at is not None:
        age.add_metric([], max(0, facts.at - facts.picture.heard_at) / 1000)
    newest = GaugeMetricFamily(
        "outscope_newest_result_seconds", "When the last result was stored (epoch)"
    )
    if facts.newest is not None:
        newest.add_metric([], facts.newest / 1000)
    return iter((ready, age, newest))


def _notices(facts: Facts) -> Iterator[Metric]:
    """What people and machines were to be told and have not been."""
    number = GaugeMetricFamily(
        "outscope_notices_waiting", "Messages that have not arrived yet", labels=["rule"]
    )
    age = GaugeMetricFamily(
        "outscope_notices_waiting_seconds", "How long the oldest of them waits", labels=["rule"]
    )
    for rule, count, since in facts.notices:
        number.add_metric([rule], count)
        age.add_metric([rule], max(0, facts.at - since) / 1000)
    return iter((number, age))


def _writers(writers: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    """What writers tell of themselves; nothing when the coordinator stores."""
    for key in ("reports", "results", "repeats") if writers else ():
        about = f"{_COUNTS[key]} by a writer, since its start"
        family = CounterMetricFamily(f"outscope_writer_{key}", about, labels=["writer"])
        for name, told in writers.items():
            family.add_metric([name], told.get(key, 0))
        yield family


def _told(told: Mapping[str, Any]) -> Iterator[Metric]:
    """What the coordinator tells of itself; what it does not tell is left out."""
    for key, about in _COUNTS.items():
        if key in told:
            yield CounterMetricFamily(
                f"outscope_coordinator_{key}", f"{about}, since its start", value=told[key]
            )
    for key, about in _GAUGES.items():
        if key in told:
            yield GaugeMetricFamily(f"outscope_coordinator_{key}", about, value=float(told[key]))
    for key, about in _DELAYS.items():
        if told.get(key) is not None:
            name = f"outscope_coordinator_{key.removesuffix('_ms')}_seconds"
            yield GaugeMetricFamily(name, about, value=told[key] / 1000)
