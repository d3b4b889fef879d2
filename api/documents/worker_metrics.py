"""What Prometheus reads of workers: so many of a region one by one, the others as a sum."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from api.documents.fleet import WorkerView
from api.documents.words import FitnessWord
from worker.contract.instant import parse_rfc3339

_WORKER: Final = ("region", "worker")
MOST_LABELS: Final = 30
"""So many workers of a region have series of their own: the fit ones first, then those known
longest.
"""
OTHERS: Final = "_others"
"""The label under which the other workers of a region are summed up; no worker is called so."""
_VITALS: Final = (
    ("in_flight", "outscope_worker_looks_in_flight", "Looks under way", 1.0),
    (
        "outbox_reports",
        "outscope_worker_outbox_reports",
        "Reports kept until the coordinator has them",
        1.0,
    ),
    (
        "loop_lag_ms",
        "outscope_worker_loop_lag_seconds",
        "How late the worker's event loop was at worst",
        0.001,
    ),
    (
        "budget_left",
        "outscope_worker_budget_left_tests",
        "Borrowed tests that its machine may still ask for within the hour",
        1.0,
    ),
    (
        "rss_mb",
        "outscope_worker_resident_memory_bytes",
        "Memory of the worker's process",
        1024.0 * 1024.0,
    ),
)
_VITAL_COUNTS: Final = (
    (
        "dropped_reports",
        "outscope_worker_dropped_reports",
        "Reports given up because the outbox was full",
    ),
    (
        "alone_looks",
        "outscope_worker_alone_looks",
        "Looks made by standing orders, while nobody was heard",
    ),
    (
        "lost_looks",
        "outscope_worker_lost_looks",
        "Looks of which only counts by minute are left, because the outbox was full",
    ),
    ("late_looks", "outscope_worker_late_looks", "Looks not made because they came too late"),
)


def worker_metrics(known_workers: Sequence[WorkerView]) -> Iterator[Metric]:
    """The families of all workers; at most so many series for each region."""
    fitness = GaugeMetricFamily(
        "outscope_worker_fitness", "1 for its fitness", labels=[*_WORKER, "fitness"]
    )
    heard = GaugeMetricFamily(
        "outscope_worker_heard_seconds", "When it was heard last (epoch)", labels=_WORKER
    )
    gauges = {
        key: GaugeMetricFamily(name, about, labels=_WORKER) for key, name, about, _ in _VITALS
    }
    counts = {
        key: CounterMetricFamily(name, about, labels=_WORKER) for key, name, about in _VITAL_COUNTS
    }
    known = GaugeMetricFamily(
        "outscope_region_workers", "Workers heard of in the last week", labels=["region"]
    )
    for region, workers in _by_region(known_workers).items():
        known.add_metric([region], len(workers))
        for worker in workers[:MOST_LABELS]:
            one_of(fitness, (region, worker["worker"]), get_args(FitnessWord), worker["fitness"])
        for name, told in _labelled(workers):
            names = (region, name)
            if times := [epoch(one["heard_at"]) for one in told if one["heard_at"]]:
                heard.add_metric(names, max(times))
            vitals: list[Mapping[str, Any]] = [one["vitals"] or {} for one in told]
            for key, _, _, factor in _VITALS:
                if values := [found for one in vitals if (found := one.get(key)) is not None]:
                    gauges[key].add_metric(names, sum(values) * factor)
            for key, family in counts.items():
                if values := [one[key] for one in vitals if key in one]:
                    family.add_metric(names, sum(values))
    return iter((known, fitness, heard, *gauges.values(), *counts.values()))


def _by_region(workers: Sequence[WorkerView]) -> dict[str, list[WorkerView]]:
    """The workers of each region, those first that have series of their own."""
    found: dict[str, list[WorkerView]] = defaultdict(list)
    for worker in workers:
        found[worker["region"]].append(worker)
    for known in found.values():
        known.sort(key=lambda one: (one["fitness"] != "fit", one["first_heard_at"], one["worker"]))
    return found


def _labelled(workers: Sequence[WorkerView]) -> Iterator[tuple[str, Sequence[WorkerView]]]:
    """The workers of a region by the label under which they are told."""
    for worker in workers[:MOST_LABELS]:
        yield worker["worker"], [worker]
    if len(workers) > MOST_LABELS:
        yield OTHERS, workers[MOST_LABELS:]


def one_of(
    family: GaugeMetricFamily, names: Sequence[str], words: Sequence[str], holds: str
) -> None:
    """One series for each word: 1 for the one that holds, 0 for the others, so that alerts need no
    history.
    """
    for word in words:
        family.add_metric([*names, word], float(word == holds))


def epoch(text: str) -> float:
    """A time in seconds since 1970."""
    return parse_rfc3339(text) / 1000
