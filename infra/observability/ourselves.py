"""Alerts on coordinator, API, broker and store: whether what is shown can be believed."""

from typing import Final

from infra.observability.alert import Alert

_DOCTOR: Final = "`outscope doctor` on the coordinator's machine says what is wrong, and what to do"
_LOG: Final = (
    "the coordinator's log: `journalctl -u outscope-coordinator`, or that of its container"
)
_OWN: Final = 'job="outscope"'

OURSELVES: Final = (
    Alert(
        "OutscopeWatchdog",
        "deadman",
        "vector(1)",
        "0m",
        "Prometheus and Alertmanager are alive",
        "It always fires. Send it to a service that tells you when it does **not** come any more: then"
        " Prometheus or Alertmanager is away, and none of the other alerts would reach you. The"
        " coordinator's own sign of life is `OUTSCOPE_HEARTBEAT_URL`.",
        ["Prometheus' page of targets and alerts", "Alertmanager's log"],
        ["Start what is away", "See that the route of `severity=deadman` leads to that service"],
        {"up": "1x30"},
        {},
    ),
    Alert(
        "OutscopeApiAway",
        "page",
        f"up{{{_OWN}}} == 0",
        "3m",
        "The API at {{ $labels.instance }} does not answer",
        "Prometheus cannot read `/metrics` of an API process. People cannot read the page from it, and"
        " all other alerts rest on what it tells.",
        ["`curl http://INSTANCE/v1/healthz`", "the log of the API", "the proxy before it"],
        [
            "Start it: `systemctl restart outscope-api`, `docker compose up -d api`",
            "Exit code 2 says that a setting is wrong; the last line of its log names it",
        ],
        {'up{job="outscope", instance="api:8000"}': "0x30"},
        {'up{job="outscope", instance="api:8000"}': "1 1 0 0 1x30"},
        labels={"job": "outscope", "instance": "api:8000"},
    ),
    Alert(
        "OutscopeCoordinatorSilent",
        "page",
        "min(outscope_coordinator_age_seconds) > 30",
        "1m",
        "No coordinator works: nothing is ordered, taken in or judged",
        "The coordinator writes down every two seconds that it lives, and has not for half a minute; a"
        " standby would have taken over by now. What is shown grows old, and says so.",
        [_DOCTOR, _LOG, "`/readyz` of the coordinators, where OUTSCOPE_HEALTH says"],
        [
            "Start it. What workers saw meanwhile is on their disks and in the broker, and is taken in",
            "Exit code 2: a setting; exit code 3: another one took over, start it again as the standby",
            "Is the database away, nothing helps but the database",
        ],
        {"outscope_coordinator_age_seconds": "0+60x30"},
        {"outscope_coordinator_age_seconds": "1 2 35 1 2x30"},
    ),
    Alert(
        "OutscopeBrokerAway",
        "page",
        "max(outscope_coordinator_connected) == 0",
        "2m",
        "The coordinator has no link to the broker",
        "No look is ordered and no report comes in. Workers keep what they saw; looks that were due are"
        " declared as gaps and not made up for.",
        [_DOCTOR, "the broker's log and memory", "whether its certificate has expired"],
        ["Start the broker; nothing it held is needed", "After a new password: `systemctl reload`"],
        {"outscope_coordinator_connected": "0x30"},
        {"outscope_coordinator_connected": "1 0 1x30"},
    ),
    Alert(
        "OutscopeNotReady",
        "page",
        'max by (check) (outscope_ready{check!~"coordinator|broker"}) == 0',
        "5m",
        "True answers cannot be given: {{ $labels.check }} is not well",
        "`/v1/readyz` says that something is missing: the store does not answer, its tables cannot be"
        " read, or looks are ordered and no result is stored.",
        ["`curl http://API/v1/readyz`", _DOCTOR],
        [
            "`results`: see whether workers run, and whether a writer does (OUTSCOPE_WRITERS=elsewhere)"
        ],
        {'outscope_ready{check="results"}': "0x30"},
        {'outscope_ready{check="results"}': "1 0 0 1x30", 'outscope_ready{check="broker"}': "0x30"},
        labels={"check": "results"},
    ),
    Alert(
        "OutscopeOrdersLate",
        "ticket",
        "max(outscope_coordinator_order_lag_p99_seconds) > 2",
        "10m",
        "Orders reach the broker more than 2 s late",
        "Looks are made later than planned, and those that come too late are not made at all.",
        ["the load of the coordinator's machine", "how far away the broker is: `outscope doctor`"],
        ["Give the coordinator more of a core", "Bring the broker near", "`outscope bench ingest`"],
        {"outscope_coordinator_order_lag_p99_seconds": "3x30"},
        {"outscope_coordinator_order_lag_p99_seconds": "0.3 3 3 3 0.3x30"},
    ),
    Alert(
        "OutscopeIngestSlow",
        "ticket",
        "max(outscope_coordinator_ingest_lag_p99_seconds) > 5",
        "10m",
        "Reports take more than 5 s from their arrival to their commit",
        "Verdicts come later by as much. Nothing is lost: what is not stored is not receipted.",
        ["the database: its disk, its locks, `pg_stat_activity`", _LOG],
        [
            "Give the database faster disks",
            "Run writers beside the coordinator: docs/explanation/scale.md",
        ],
        {"outscope_coordinator_ingest_lag_p99_seconds": "9x30"},
        {"outscope_coordinator_ingest_lag_p99_seconds": "0.1 9 9 0.1x30"},
    ),
    Alert(
        "OutscopeJudgeSlow",
        "ticket",
        "max(outscope_coordinator_judge_p99_seconds) > 0.8",
        "10m",
        "One judging takes more than 0.8 s, and one is due each second",
        "The judge falls behind: verdicts come late.",
        [
            "how many services and checks there are: `outscope config check`",
            "the coordinator's load",
        ],
        ["A faster core", "Fewer components a service, or two installations"],
        {"outscope_coordinator_judge_p99_seconds": "0.95x30"},
        {"outscope_coordinator_judge_p99_seconds": "0.05 2 2 0.05x30"},
    ),
    Alert(
        "OutscopeQueueAges",
        "page",
        "max by (region) (outscope_broker_waiting_seconds) > 60",
        "3m",
        "Reports of {{ $labels.region }} wait at the broker for more than a minute",
        "Nobody takes them in, or more come than can be taken in. That region is judged by old looks.",
        [_DOCTOR, "`outscope status`: whether the region floods the broker"],
        [
            "Start writers, if none runs",
            "A region that sends more than its work: `outscope region quarantine REGION`",
        ],
        {'outscope_broker_waiting_seconds{region="eu-west"}': "0+30x30"},
        {'outscope_broker_waiting_seconds{region="eu-west"}': "0 80 80 0x30"},
        labels={"region": "eu-west"},
    ),
    Alert(
        "OutscopeLooksLost",
        "ticket",
        "increase(outscope_coordinator_looks_lost_total[10m])"
        " > 0.02 * increase(outscope_coordinator_looks_ordered_total[10m]) + 5",
        "10m",
        "Ordered looks come to nothing",
        "More than one in fifty looks that were ordered never reached a worker or never came back.",
        [_LOG, "`outscope regions`: whether workers are overloaded (late looks)"],
        ["See to the broker's link", "More workers in the region that is late"],
        {
            "outscope_coordinator_looks_lost_total": "0+30x40",
            "outscope_coordinator_looks_ordered_total": "0+300x40",
        },
        {
            "outscope_coordinator_looks_lost_total": "0+1x40",
            "outscope_coordinator_looks_ordered_total": "0+300x40",
        },
        after="30m",
    ),
    Alert(
        "OutscopeRefused",
        "ticket",
        "sum by (reason) (increase(outscope_refused_total[15m])) > 20",
        "5m",
        "What arrives is refused: {{ $labels.reason }}",
        "Reports or rows of them made no sense, or came from where they may not. They are set aside.",
        ["`outscope ingest errors list`", "which workers run an older or newer version"],
        ["Upgrade the coordinator before workers", "`outscope region quarantine` for a leaked key"],
        {'outscope_refused_total{reason="future"}': "0+10x30"},
        {'outscope_refused_total{reason="future"}': "0+0.5x30"},
        labels={"reason": "future"},
    ),
    Alert(
        "OutscopeNoticesWait",
        "page",
        "max by (rule) (outscope_notices_waiting_seconds) > 900",
        "5m",
        "What {{ $labels.rule }} is to be told has not arrived for a quarter of an hour",
        "Incidents begin or end and those who asked to be told do not hear of it: their receiver is away, or"
        " refuses us.",
        ["`outscope notify log`: what became of each message", "docs/how-to/be-told.md"],
        ["See to the receiver; what waits is delivered in order", "`outscope notify test`"],
        {'outscope_notices_waiting_seconds{rule="on-call"}': "0+60x40"},
        {'outscope_notices_waiting_seconds{rule="on-call"}': "0 60 120 0x40"},
        after="30m",
        labels={"rule": "on-call"},
    ),
    Alert(
        "OutscopeApiErrors",
        "page",
        'sum(rate(outscope_http_requests_total{status=~"5..", route!~".*readyz"}[5m]))'
        " > 0.05 * sum(rate(outscope_http_requests_total[5m]))",
        "5m",
        "More than one in twenty requests ends in an error of ours",
        "People and programs do not get what they ask the API for.",
        ["the log of the API", "the database"],
        ["See to the database; restart the API"],
        {
            'outscope_http_requests_total{status="500", route="/v1/services"}': "0+60x30",
            'outscope_http_requests_total{status="200", route="/v1/services"}': "0+300x30",
        },
        {
            'outscope_http_requests_total{status="503", route="/v1/readyz"}': "0+60x30",
            'outscope_http_requests_total{status="200", route="/v1/services"}': "0+300x30",
        },
    ),
    Alert(
        "OutscopeApiSlow",
        "ticket",
        "histogram_quantile(0.99, sum by (le)"
        ' (rate(outscope_http_request_seconds_bucket{route!~".*(exports|events).*"}[5m]))) > 1',
        "10m",
        "One in a hundred answers takes longer than a second",
        "The API has too little of a core, or the database is slow.",
        ["the load of its machine", "which routes: `outscope_http_request_seconds` by route"],
        ["More API processes behind the proxy"],
        {
            'outscope_http_request_seconds_bucket{route="/v1/history", le="1.0"}': "0+50x40",
            'outscope_http_request_seconds_bucket{route="/v1/history", le="5.0"}': "0+100x40",
            'outscope_http_request_seconds_bucket{route="/v1/history", le="+Inf"}': "0+100x40",
        },
        {
            'outscope_http_request_seconds_bucket{route="/v1/history", le="1.0"}': "0+100x40",
            'outscope_http_request_seconds_bucket{route="/v1/history", le="5.0"}': "0+100x40",
            'outscope_http_request_seconds_bucket{route="/v1/history", le="+Inf"}': "0+100x40",
        },
        after="30m",
    ),
)
