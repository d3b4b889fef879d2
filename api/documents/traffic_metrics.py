"""What Prometheus reads of the broker: what came from each region, and what was wrong with it."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from api.documents.broker import TROUBLES
from api.documents.picture.picture import Picture
from api.documents.worker_metrics import one_of

_TRAFFIC: Final = {
    "messages": "Messages taken from the broker",
    "bytes": "Bytes of messages taken from the broker",
    "trimmed": "Messages thrown away unread, because too many waited",
    "stray_keys": "Keys deleted that nobody reads",
}


def traffic_metrics(picture: Picture) -> Iterator[Metric]:
    """What came from each region over the broker, and what was wrong with it."""
    trouble = GaugeMetricFamily(
        "outscope_region_trouble",
        "1 for what it does beyond its work",
        labels=["region", "trouble"],
    )
    waiting = GaugeMetricFamily(
        "outscope_broker_waiting_reports", "Reports that wait at the broker", labels=["region"]
    )
    age = GaugeMetricFamily(
        "outscope_broker_waiting_seconds",
        "How long the oldest report waits at the broker",
        labels=["region"],
    )
    refused = CounterMetricFamily(
        "outscope_broker_refused", "Messages that were no reports", labels=["region", "reason"]
    )
    counts = {
        key: CounterMetricFamily(f"outscope_broker_{key}", about, labels=["region"])
        for key, about in _TRAFFIC.items()
    }
    for region in picture.regions:
        found = picture.traffic.get(region["id"])
        if found is None:
            continue
        one_of(trouble, (region["id"],), TROUBLES, found.trouble)
        waiting.add_metric([region["id"]], found.waiting)
        age.add_metric([region["id"]], found.waiting_s)
        for reason, number in found.refused.items():
            refused.add_metric([region["id"], reason], number)
        for key, family in counts.items():
            family.add_metric([region["id"]], found.counts.get(key, 0))
    return iter((trouble, waiting, age, refused, *counts.values()))
