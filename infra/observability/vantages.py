"""Alerts on regions and workers, and on the services that are looked at."""

from typing import Final

from infra.observability.alert import Alert

_REGIONS: Final = "`outscope regions`, or the page: who was heard, and what it says of itself"
_WORKER: Final = "its log on its machine: `journalctl -u outscope-worker`"
_EU: Final = {"region": "eu-west"}
_ONE: Final = {"region": "eu-west", "worker": "eu-west-1"}

VANTAGES: Final = (
    Alert(
        "OutscopeRegionSilent",
        "page",
        'max by (region) (outscope_region_fitness{fitness="silent"}) == 1',
        "5m",
        "Nothing is heard of {{ $labels.region }}; it does not vote",
        "No worker of the region reports. Verdicts go on without it, and say how far it reaches with"
        " less certainty; with too few regions they say that they cannot tell.",
        [_REGIONS, _WORKER],
        [
            "Start its workers",
            "`outscope worker list`: whether the last one was revoked or drained",
        ],
        {'outscope_region_fitness{region="eu-west", fitness="silent"}': "1x30"},
        {'outscope_region_fitness{region="eu-west", fitness="silent"}': "0 1 1 1 0x30"},
        labels=_EU,
    ),
    Alert(
        "OutscopeRegionUnfit",
        "ticket",
        'max by (region) (outscope_region_fitness{fitness="unfit"}) == 1',
        "15m",
        "The network of {{ $labels.region }} is sick; it does not vote",
        "Its workers cannot reach what everybody reaches, so what they see fail is their own network.",
        [_REGIONS, "`outscope explain SERVICE`: what its references answer"],
        ["See to that machine's network or provider", "Look from another machine there"],
        {'outscope_region_fitness{region="eu-west", fitness="unfit"}': "1x30"},
        {'outscope_region_fitness{region="eu-west", fitness="unfit"}': "0 1 1 0x30"},
        labels=_EU,
    ),
    Alert(
        "OutscopeWorkerGone",
        "ticket",
        'max by (region, worker) (outscope_worker_fitness{fitness="silent"}) == 1',
        "10m",
        "Worker {{ $labels.worker }} of {{ $labels.region }} is gone",
        "It was heard within the last week and is silent for ten minutes. An upgrade, a restart or a"
        " drained worker that comes back takes less and says nothing. One message tells of all of a"
        " region; when the whole region is silent, OutscopeRegionSilent tells it instead.",
        [_REGIONS, _WORKER],
        [
            "Start it; what it saw before is on its disk and comes in",
            "Is it gone for good: `outscope worker revoke`, then `outscope worker remove`",
        ],
        {'outscope_worker_fitness{region="eu-west", worker="eu-west-1", fitness="silent"}': "1x30"},
        {
            'outscope_worker_fitness{region="eu-west", worker="eu-west-1", fitness="silent"}': "0 1x8 0x30"
        },
        labels=_ONE,
    ),
    Alert(
        "OutscopeOutboxGrows",
        "ticket",
        "max by (region, worker) (outscope_worker_outbox_reports) > 100",
        "10m",
        "Worker {{ $labels.worker }} of {{ $labels.region }} cannot get rid of its reports",
        "It looks, and nobody receipts what it saw. Its disk holds so many, then the oldest are given up.",
        [_WORKER, "whether ingest is slow for all regions, or the broker refuses this one"],
        ["See to the broker's link, or to the store"],
        {'outscope_worker_outbox_reports{region="eu-west", worker="eu-west-1"}': "0+50x30"},
        {'outscope_worker_outbox_reports{region="eu-west", worker="eu-west-1"}': "0 300 300 0x30"},
        labels=_ONE,
    ),
    Alert(
        "OutscopeReportsGivenUp",
        "ticket",
        "increase(outscope_worker_dropped_reports_total[15m]) > 0",
        "0m",
        "Worker {{ $labels.worker }} of {{ $labels.region }} gave reports up: its outbox was full",
        "What it saw then is lost; the slots are declared as gaps.",
        [_WORKER, "the disk of its state folder"],
        ["More room for its state folder", "See why nobody took its reports"],
        {
            'outscope_worker_dropped_reports_total{region="eu-west", worker="eu-west-1"}': "0x15 0+5x20"
        },
        {'outscope_worker_dropped_reports_total{region="eu-west", worker="eu-west-1"}': "7x40"},
        labels=_ONE,
    ),
    Alert(
        "OutscopeWorkerBusy",
        "ticket",
        "max by (region, worker) (outscope_worker_loop_lag_seconds) > 0.5",
        "10m",
        "The machine of worker {{ $labels.worker }} of {{ $labels.region }} is too busy to measure",
        "Its times are not to be trusted: it says so itself, and counts for less.",
        [_REGIONS, "the load of that machine"],
        ["A larger machine, or a second worker in the region", "`outscope bench probes` there"],
        {'outscope_worker_loop_lag_seconds{region="eu-west", worker="eu-west-1"}': "0.9x30"},
        {
            'outscope_worker_loop_lag_seconds{region="eu-west", worker="eu-west-1"}': "0 0.9 0.9 0x30"
        },
        labels=_ONE,
    ),
    Alert(
        "OutscopeBudgetSpent",
        "ticket",
        "min by (region) (outscope_worker_budget_left_tests) < 5",
        "15m",
        "The borrowed looks of {{ $labels.region }} are used up for this hour",
        "Regular looks from there pause until the hour is over; a failure elsewhere is not confirmed.",
        ["docs/how-to/look-from-borrowed-places.md", _WORKER],
        ["Fewer borrowed regions or checks", "A token of an account lends twice as much"],
        {'outscope_worker_budget_left_tests{region="eu-west", worker="eu-west-1"}': "2x30"},
        {'outscope_worker_budget_left_tests{region="eu-west", worker="eu-west-1"}': "2 200x30"},
        labels=_EU,
    ),
    Alert(
        "OutscopeRegionTrouble",
        "page",
        "max by (region, trouble) (outscope_region_trouble) == 1",
        "2m",
        "{{ $labels.region }} does to the broker what is not its work: {{ $labels.trouble }}",
        "Whoever has a credential of that region sends junk, floods the broker, or fills it with keys."
        " It may have leaked.",
        [_REGIONS, "docs/explanation/security.md: what such a credential can do at worst"],
        [
            "`outscope region quarantine REGION --reason ...`: nothing of it counts any more",
            "Revoke the worker whose key leaked; invite another",
            "`outscope region strike REGION --since ...` takes out what was forged",
        ],
        {'outscope_region_trouble{region="eu-west", trouble="junk"}': "1x30"},
        {'outscope_region_trouble{region="eu-west", trouble="junk"}': "0 1 0x30"},
        labels={"region": "eu-west", "trouble": "junk"},
    ),
    Alert(
        "OutscopeServiceDown",
        "page",
        'max by (service) (outscope_service_scope{scope=~"component|system_wide"}) == 1'
        ' and on (service) (max by (service) (outscope_service_severity{severity="outage"}) == 1)',
        "0m",
        "{{ $labels.service }} fails everywhere",
        "The verdict says that a feature, or all of the service, fails in (nearly) every region heard."
        " It has waited for that certainty already, so this alert does not wait again.",
        ["the page", "`outscope explain SERVICE`: how the verdict came about"],
        ["It is theirs to mend, unless it is yours", "Reroute, where you can"],
        {
            'outscope_service_scope{service="shop", scope="system_wide"}': "1x30",
            'outscope_service_severity{service="shop", severity="outage"}': "1x30",
        },
        {
            'outscope_service_scope{service="shop", scope="component"}': "1x30",
            'outscope_service_severity{service="shop", severity="degraded"}': "1x30",
        },
        labels={"service": "shop"},
    ),
    Alert(
        "OutscopeServiceRegional",
        "ticket",
        'max by (service) (outscope_service_scope{scope="regional"}) == 1',
        "1m",
        "{{ $labels.service }} is disrupted in some regions; others are well",
        "Some regions see it fail, others were heard and do not.",
        ["the page: which regions", "`outscope explain SERVICE`"],
        ["Reroute from those regions, where you can"],
        {'outscope_service_scope{service="shop", scope="regional"}': "1x30"},
        {'outscope_service_scope{service="shop", scope="none"}': "1x30"},
        labels={"service": "shop"},
    ),
    Alert(
        "OutscopeCannotTell",
        "ticket",
        'max by (service) (outscope_service_scope{scope="unknown"}) == 1',
        "15m",
        "How far it reaches cannot be told for {{ $labels.service }}: too few fit regions are heard",
        "Not that all is well: nobody knows.",
        [_REGIONS],
        ["Start workers in more regions", "See to those that are unfit or silent"],
        {'outscope_service_scope{service="shop", scope="unknown"}': "1x30"},
        {'outscope_service_scope{service="shop", scope="unknown"}': "1 1 0x30"},
        labels={"service": "shop"},
    ),
)
