"""What Prometheus reads of incidents that began, each service's newest as the example."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, Exemplar
from prometheus_client.metrics_core import Metric

from api.documents.picture.picture import Picture
from coordinator.store.state.incident_counts import Opened

_LONGEST = 100
"""Letters of an id: OpenMetrics 1.0 has room for 128 in all of an exemplar."""


def incident_metrics(picture: Picture, opened: Mapping[str, Opened]) -> Iterator[Metric]:
    """How many began, by service. OpenMetrics tells which was the last, as the exemplar."""
    family = CounterMetricFamily(
        "outscope_service_incidents", "Incidents that began", labels=["service"]
    )
    for service in picture.services:
        name = service["id"]
        found = opened.get(name)
        family.add_metric([name], found.count if found else 0, exemplar=_newest(found))
    yield family


def _newest(found: Opened | None) -> Exemplar | None:
    if found is None or len(found.newest) > _LONGEST:
        return None
    return Exemplar({"incident_id": found.newest}, 1.0, found.at / 1000)
