"""The dashboards: what Grafana shows of verdicts and regions, and of ourselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}
_WIDTH: Final = 12
_HEIGHT: Final = 8


@dataclass(frozen=True)
class Panel:
    """One panel: what it is called, what it asks, how a series is called, in which unit."""

    title: str
    about: str
    queries: Sequence[tuple[str, str]]
    """Expression and legend."""
    unit: str = "short"
    kind: str = "timeseries"


OUTAGES: Final = (
    Panel(
        "How far it reaches",
        "1 for the scope that holds for a service",
        [('max by (service, scope) (outscope_service_scope{scope!="none"}) == 1', "{{service}}: {{scope}}")],
        kind="state-timeline",
    ),
    Panel(
        "How bad it is",
        "1 for the severity that holds for a service",
        [('max by (service, severity) (outscope_service_severity{severity!="operational"}) == 1',
          "{{service}}: {{severity}}")],
        kind="state-timeline",
    ),
    Panel("Incidents that go on", "By service",
          [("max by (service) (outscope_service_open_incidents)", "{{service}}")]),
    Panel("How sure it is", "Confidence of each verdict",
          [("max by (service) (outscope_service_confidence)", "{{service}}")], "percentunit"),
    Panel(
        "Regions that do not vote",
        "Silent: nobody is heard. Unfit: its own network is sick",
        [('max by (region, fitness) (outscope_region_fitness{fitness!="fit"}) == 1', "{{region}}: {{fitness}}")],
        kind="state-timeline",
    ),
    Panel("Workers", "Heard of in the last week, by region",
          [("max by (region) (outscope_region_workers)", "{{region}}")]),
)  # fmt: skip
OURSELVES: Final = (
    Panel(
        "The coordinator was heard",
        "Seconds since it last wrote anything; below 5 is usual",
        [("min(outscope_coordinator_age_seconds)", "age")],
        "s",
    ),
    Panel(
        "What true answers need",
        "0 for what is missing",
        [("max by (check) (outscope_ready)", "{{check}}")],
        kind="state-timeline",
    ),
    Panel(
        "How late",
        "99th percentile: orders at the broker, reports from arrival to commit, one judging",
        [
            ("max(outscope_coordinator_order_lag_p99_seconds)", "orders"),
            ("max(outscope_coordinator_ingest_lag_p99_seconds)", "ingest"),
            ("max(outscope_coordinator_judge_p99_seconds)", "judge"),
        ],
        "s",
    ),
    Panel(
        "Looks",
        "A second: ordered, and come to nothing",
        [
            ("sum(rate(outscope_coordinator_looks_ordered_total[5m]))", "ordered"),
            ("sum(rate(outscope_coordinator_looks_lost_total[5m]))", "lost"),
            ("sum(rate(outscope_coordinator_results_total[5m]))", "stored"),
        ],
        "ops",
    ),
    Panel("Oldest report at the broker", "How long it waits, by region",
          [("max by (region) (outscope_broker_waiting_seconds)", "{{region}}")], "s"),
    Panel("Reports at the broker", "By region",
          [("max by (region) (outscope_broker_waiting_reports)", "{{region}}")]),
    Panel("Outbox of workers", "Reports that nobody has receipted",
          [("max by (region, worker) (outscope_worker_outbox_reports)", "{{region}} {{worker}}")]),
    Panel("Looks under way", "By worker",
          [("max by (region, worker) (outscope_worker_looks_in_flight)", "{{region}} {{worker}}")]),
    Panel("Borrowed tests left", "Within the hour, by region",
          [("min by (region) (outscope_worker_budget_left_tests)", "{{region}}")]),
    Panel("Lag of workers' loops", "Above 0.5 s a machine is too busy to measure",
          [("max by (region, worker) (outscope_worker_loop_lag_seconds)", "{{region}} {{worker}}")], "s"),
    Panel("Messages that have not arrived", "By rule of those who are to be told",
          [("max by (rule) (outscope_notices_waiting)", "{{rule}}")]),
    Panel("Requests", "A second, by status",
          [("sum by (status) (rate(outscope_http_requests_total[5m]))", "{{status}}")], "reqps"),
    Panel(
        "Answers",
        "Half of them, and all but one in a hundred, begin within",
        [
            ("histogram_quantile(0.5, sum by (le) (rate(outscope_http_request_seconds_bucket[5m])))", "half"),
            ("histogram_quantile(0.99, sum by (le) (rate(outscope_http_request_seconds_bucket[5m])))", "99 %"),
        ],
        "s",
    ),
)  # fmt: skip
DASHBOARDS: Final = {
    "outscope-outages": ("Outscope: outages", OUTAGES),
    "outscope-ourselves": ("Outscope: ourselves", OURSELVES),
}
"""Title and panels, by the name of the file."""


def document(uid: str, title: str, panels: Sequence[Panel]) -> dict[str, Any]:
    """A dashboard as Grafana imports it."""
    return {
        "uid": uid,
        "title": title,
        "tags": ["outscope"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "annotations": {"list": []},
        "templating": {
            "list": [
                {"name": "source", "type": "datasource", "query": "prometheus", "label": "Source"}
            ]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 2)
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for place, (expr, legend) in enumerate(panel.queries)
        ],
    }  # fmt: skip
