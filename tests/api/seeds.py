"""What tests put into a store: a configuration of two services and five regions, and what a
coordinator would write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.rules import VERSION, Rules
from coordinator.domain.model.verdict import Cell, CellState, Scope, Severity, Verdict
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.store import Heard, Store
from worker.contract.instant import Instant, parse_rfc3339, rfc3339
from worker.contract.outcome import BLAME, Reason
from worker.contract.result import Result, result_id

REGIONS = {
    "us-east": ("Virginia", "US", "NA", 38.9, -77.5),
    "sa-east": ("São Paulo", "BR", "SA", -23.5, -46.6),
    "eu-west": ("Ireland", "IE", "EU", 53.3, -6.3),
    "ap-northeast": ("Tokyo", "JP", "AS", 35.7, 139.7),
    "oc-southeast": ("Sydney", "AU", "OC", -33.9, 151.2),
}
SERVICES = {
    "claude": ("Claude", {"api": "Claude API", "web": "claude.ai", "console": "Claude Console"}),
    "openai": ("OpenAI", {"api": "OpenAI API", "chatgpt": "ChatGPT"}),
}
INTERVAL_MS = 30_000
_MOMENTS = ("last_good", "first_bad", "last_bad", "first_good")


def configuration() -> dict[str, Any]:
    """A canonical configuration document: two services and a reference."""
    services = [service(key, "service", *entry) for key, entry in SERVICES.items()]
    services[0]["status_page"] = {"provider": "statuspage", "url": "https://status.claude.com"}
    names = ("id", "name", "country", "continent", "latitude", "longitude")
    regions = [dict(zip(names, (key, *entry), strict=True)) for key, entry in REGIONS.items()]
    reference = service("internet", "reference", "Internet", {"dns": "DNS"})
    return {"regions": regions, "services": [*services, reference], "judge": {}}


def service(key: str, role: str, name: str, components: Mapping[str, str]) -> dict[str, Any]:
    """A service of a configuration, with one check a component."""
    return {
        "id": key,
        "name": name,
        "role": role,
        "components": [
            {"id": part, "name": called, "checks": [_check(f"{key}-{part}")]}
            for part, called in components.items()
        ],
    }


def _check(key: str) -> dict[str, Any]:
    return {
        "id": key,
        "kind": "tcp",
        "interval_ms": INTERVAL_MS,
        "timeout_ms": 5_000,
        "params": {"port": 443},
    }


def verdict(
    service: str,
    at: Instant,
    scope: str = "none",
    severity: str = "operational",
    regions: Iterable[str] = (),
    components: Iterable[str] = (),
    reason: str = "Every region that was heard is well.",
    state: str = "bad",
) -> dict[str, Any]:
    """The document of a verdict; its regions x components (all, when none are named) are cells in
    `state`.
    """
    where, what = set(regions), set(components) or set(SERVICES[service][1])
    cells = [
        cell(part, region, state if region in where and part in what else "well", at)
        for part in SERVICES[service][1]
        for region in REGIONS
    ]
    return {
        "service": service,
        "at": rfc3339(at),
        "severity": severity,
        "scope": scope,
        "regions": [region for region in REGIONS if region in where],
        "components": [part for part in SERVICES[service][1] if part in set(components)],
        "confidence": 0.93,
        "reason": reason,
        "cells": cells,
        "evidence": _evidence(
            scope, [region for region in REGIONS if region in where], list(components), cells
        ),
    }


def _evidence(
    scope: str, regions: list[str], components: list[str], cells: list[dict[str, Any]]
) -> dict[str, Any]:
    """The evidence of a verdict with one disruption, or none."""
    reach = {"scope": scope, "regions": regions, "components": components, "group": ""}
    votes: dict[str, dict[str, str]] = {}
    for cell in cells:
        votes.setdefault(cell["component"], {})[cell["region"]] = cell["state"]
    return {
        "rules_version": VERSION,
        "thresholds": asdict(Rules()),
        "regions": {"bad": len(regions), "heard": len(REGIONS), "enabled": len(REGIONS)},
        "heard": list(REGIONS),
        "unfit": {},
        "silent": {},
        "votes": votes,
        "wrong": 0.998 if components else 0.001,
        "hypotheses": [{**reach, "chance": 0.991, "nats": 22.5, "price": 8.0}]
        if components
        else [],
        "disruptions": [{**reach, "slow": False, "at_least": False}] if components else [],
    }


def kept(document: Mapping[str, Any]) -> Verdict:
    """The verdict that a document tells, as the history keeps it."""
    cells = []
    for cell in document["cells"]:
        moments = {name: cell[name] and parse_rfc3339(cell[name]) for name in _MOMENTS}
        cells.append(Cell(**{**cell, **moments, "state": CellState(cell["state"])}))
    values = {name: tuple(document[name]) for name in ("regions", "components")}
    words = {"severity": Severity(document["severity"]), "scope": Scope(document["scope"])}
    at = parse_rfc3339(document["at"])
    return Verdict(**{**document, **values, **words, "at": at, "cells": tuple(cells)})


def cell(component: str, region: str, state: str, at: Instant) -> dict[str, Any]:
    """A cell of a verdict."""
    wrong = state in ("bad", "degraded")
    return {
        "component": component,
        "region": region,
        "state": state,
        "ok": 0 if state == "bad" else 10,
        "bad": 10 if state == "bad" else 4 if wrong else 0,
        "why": ""
        if state == "well"
        else "the region is unfit"
        if state == "unknown"
        else "timeouts since 14:32",
        "last_good": rfc3339(at - 90_000),
        "first_bad": rfc3339(at - 60_000) if wrong else None,
        "last_bad": rfc3339(at) if wrong else None,
        "first_good": None if wrong else rfc3339(at - 600_000),
        "reasons": {"timeout": 4, "status": 6}
        if state == "bad"
        else {"timeout": 4}
        if wrong
        else {},
    }


async def judged(
    store: Store, at: Instant, *verdicts: dict[str, Any], fitness: Mapping[str, str] | None = None
) -> None:
    """Write verdicts and the regions' fitness (fit, where none is given), and that their workers
    were heard.
    """
    whys = {"fit": "", "unfit": "3 of 3 references fail", "silent": "not heard for 95 s"}
    regions = {region: (fitness or {}).get(region, "fit") for region in REGIONS}
    standings = [("service", found["service"], at, found) for found in verdicts]
    for region, word in regions.items():
        told = {"region": region, "fitness": word, "why": whys[word], "at": rfc3339(at)}
        standings.append(("region", region, at, told))
        standings.append(("worker", f"{region}/{region}-1", at, {**told, "worker": f"{region}-1"}))
    await store.standings.put_many(standings)
    vitals = {
        "version": "0.1.0",
        "kinds": ["http", "tcp"],
        "started_at": at - 3_600_000,
        "in_flight": 2,
        "rss_mb": 61.5,
    }
    vitals |= {
        "outbox_reports": 0,
        "dropped_reports": 0,
        "late_looks": 1,
        "loop_lag_ms": 0.8,
        "self_test": "",
        "clock_ahead_ms": -4_200,
    }
    await store.workers.heard(
        Heard(region, f"{region}-1", at, vitals, "192.0.2.7") for region in REGIONS
    )


def incident(
    service: str, at: Instant, *, moment: str = "opened", number: int = 1, **changes: Any
) -> IncidentEvent:
    """An event of an incident that began between 90 and 60 seconds before `at`."""
    values: dict[str, Any] = {
        "id": f"{service}-{number:04d}",
        "service": service,
        "severity": Severity.OUTAGE,
        "scope": Scope.REGIONAL,
        "regions": ("us-east", "eu-west"),
        "components": ("api",),
        "opened_at": at,
        "started_after": at - 90_000,
        "started_by": at - 60_000,
        "reason": "API fails in 2 of 5 regions; 3 were heard and are well.",
    }
    return IncidentEvent(at, Moment(moment), Incident(**{**values, **changes}))


def result(
    at: Instant,
    number: int = 0,
    *,
    service: str = "claude",
    region: str = "eu-west",
    **changes: Any,
) -> Result:
    """A result of the API of a service, ok unless `reason` says otherwise."""
    reason = Reason(changes.pop("reason", "ok"))
    check, worker, slot = f"{service}-api", f"{region}-1", at // INTERVAL_MS
    values: dict[str, Any] = {
        "id": result_id(check, region, worker, slot, number),
        "check": check,
        "service": service,
        "component": "api",
        "kind": "http",
        "region": region,
        "worker": worker,
        "scheduled_at": at,
        "started_at": at + 3,
        "received_at": at + 250,
        "attempt": number,
        "ok": reason is Reason.OK,
        "reason": reason,
        "blame": BLAME[reason],
        "detail": "401 in 84 ms" if reason is Reason.OK else "no answer within 10 s",
        "status_code": 401 if reason is Reason.OK else None,
        "dns_ms": 4.2,
        "connect_ms": 11.0,
        "tls_ms": 23.5,
        "ttfb_ms": 45.1,
        "total_ms": 84.0,
        "ip": "192.0.2.10",
        "asn": 64500,
        "ip_country": "US",
        "extra": {"http_version": "2"},
    }
    return Result(**{**values, **changes})


def gap(at: Instant, region: str = "sa-east") -> Gap:
    """Three looks that nobody made."""
    slot = at // INTERVAL_MS
    return Gap(
        "claude-api",
        "claude",
        region,
        slot,
        slot + 2,
        at,
        at + 2 * INTERVAL_MS,
        GapReason.NO_WORKER,
    )
