"""A store that tells a story, for tests and pictures of the page: three months of four services,
seen from twelve regions; one incident that is over, one that goes on.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment, Part
from coordinator.domain.model.rules import VERSION, Rules
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.store import Heard, Store
from tests.api import seeds
from worker.contract.instant import Instant, rfc3339
from worker.contract.outcome import BLAME, Reason
from worker.contract.result import Result, result_id

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
REGIONS: Final = {
    **seeds.REGIONS,
    "us-west": ("Oregon", "US", "NA", 45.8, -119.7),
    "eu-central": ("Frankfurt", "DE", "EU", 50.1, 8.7),
    "eu-north": ("Stockholm", "SE", "EU", 59.3, 18.1),
    "ap-south": ("Mumbai", "IN", "AS", 19.1, 72.9),
    "ap-southeast": ("Singapore", "SG", "AS", 1.3, 103.8),
    "af-south": ("Cape Town", "ZA", "AF", -33.9, 18.4),
    "me-central": ("Dubai", "AE", "AS", 25.2, 55.3),
}
SERVICES: Final = {
    "claude": ("Claude", {"api": "Claude API", "web": "claude.ai", "console": "Console"}),
    "openai": ("OpenAI", {"api": "OpenAI API", "chatgpt": "ChatGPT"}),
    "gemini": ("Gemini", {"api": "Gemini API", "app": "Gemini App"}),
    "shop": ("Our shop", {"checkout": "Checkout"}),
}
HOSTILE: Final = "<img src=x onerror=alert(1)>\x1b[31m\u202e"
"""What a target may write: markup, a control sequence, and a mark that turns text around."""
UNFIT, SILENT, BORROWED = "me-central", "af-south", "ap-south"
VOTING: Final = [region for region in REGIONS if region not in (UNFIT, SILENT)]
EUROPE: Final = ("eu-west", "eu-central", "eu-north")
_PHASES: Final = {"dns_ms": 8.0, "connect_ms": 22.0, "tls_ms": 31.0, "ttfb_ms": 140.0}


def configuration() -> dict[str, Any]:
    """Four services, a reference, twelve regions of which one is borrowed."""
    names = ("id", "name", "country", "continent", "latitude", "longitude")
    regions = [dict(zip(names, (key, *entry), strict=True)) for key, entry in REGIONS.items()]
    for region in regions:
        if region["id"] == BORROWED:
            region |= {"via": "globalping", "location": {"country": "IN"}}
    services = [seeds.service(key, "service", *entry) for key, entry in SERVICES.items()]
    for service in services:
        for component in service["components"]:
            for check in component["checks"]:  # of a kind that a borrowed place can look with
                check |= {"kind": "http", "params": {"url": f"https://{check['id']}.example.com/"}}
    page = {"provider": "statuspage", "url": "https://status.claude.com"}
    reads = {"id": "claude-status-page", "kind": "vendor_status", "params": page}
    every = {"interval_ms": 60_000, "timeout_ms": 10_000}
    services[0]["components"][0]["checks"].append({**reads, **every})
    services[0]["status_page"] = {"provider": "statuspage", "url": "https://status.claude.com"}
    reference = seeds.service("internet", "reference", "Internet", {"dns": "DNS"})
    return {"regions": regions, "services": [*services, reference], "judge": {}}


def verdict(
    service: str,
    at: Instant,
    scope: str = "none",
    severity: str = "operational",
    regions: Collection[str] = (),
    components: Collection[str] = (),
    reason: str = "Every region that was heard is well.",
) -> dict[str, Any]:
    """The document of a verdict."""
    parts = SERVICES[service][1]
    wrong = "degraded" if severity == "degraded" else "bad"
    cells = [
        _cell(part, region, wrong if region in regions and part in components else "well", at)
        for part in parts
        for region in REGIONS
    ]
    votes: dict[str, dict[str, str]] = {}
    for cell in cells:
        votes.setdefault(cell["component"], {})[cell["region"]] = cell["state"]
    reach = {
        "scope": scope,
        "regions": list(regions),
        "components": list(components),
        "group": "Europe" if set(regions) == set(EUROPE) else "",
    }
    disruptions = [{**reach, "slow": severity == "degraded", "at_least": False}]
    explained = [{**reach, "chance": 0.991, "nats": 22.5, "price": 8.0}]
    evidence = {
        "rules_version": VERSION,
        "thresholds": asdict(Rules()),
        "regions": {"bad": len(regions), "heard": len(VOTING), "enabled": len(REGIONS)},
        "heard": VOTING,
        "unfit": {UNFIT: "3 of 3 references fail"},
        "silent": {SILENT: "not heard for 95 s"},
        "votes": votes,
        "wrong": 0.998 if components else 0.001,
        "hypotheses": explained if components else [],
        "disruptions": disruptions if components else [],
    }
    return {
        "service": service,
        "at": rfc3339(at),
        "severity": severity,
        "scope": scope,
        "regions": list(regions),
        "components": list(components),
        "confidence": 0.0 if scope == "unknown" else 0.97,
        "reason": reason,
        "cells": cells,
        "evidence": evidence,
    }


def _cell(component: str, region: str, state: str, at: Instant) -> dict[str, Any]:
    if region in (UNFIT, SILENT):
        state = "unknown"
    return seeds.cell(component, region, state, at)


def now_of(service: str, at: Instant) -> dict[str, Any]:
    """What stands at the end of the story."""
    if service == "claude":
        why = f"claude.ai fails in Europe; 7 regions were heard and are well. It says: {HOSTILE}"
        return verdict("claude", at, "regional", "outage", EUROPE, ["web"], why)
    if service == "gemini":
        why = "Gemini API is slow in Mumbai and Singapore."
        there = ["ap-south", "ap-southeast"]
        return verdict("gemini", at, "regional", "degraded", there, ["api"], why)
    return verdict(service, at)


async def fill(store: Store, at: Instant) -> None:
    """Write all of it, as of a moment."""
    await store.configurations.save(configuration(), at)
    for service in SERVICES:
        await store.verdicts.add(seeds.kept(verdict(service, at - 91 * DAY)))
    await _past(store, at)
    await _going_on(store, at)
    await judged(store, at)
    for start in (at - 89 * DAY, at - 24 * HOUR):
        step = 15 * MINUTE if start > at - 2 * DAY else 12 * HOUR
        moments = range(start // step * step, at - MINUTE, step)
        await store.results.add([look for moment in moments for look in _looks(moment, at)])
    await store.results.add([*_looks(at - 2 * MINUTE, at), _vendor(at)])
    await _roll_up(store, at)


async def judged(store: Store, at: Instant, *others: dict[str, Any]) -> None:
    """What stands now; `others` instead of the story's."""
    told = {service: now_of(service, at) for service in SERVICES}
    told |= {other["service"]: other for other in others}
    standings = [("service", service, at, found) for service, found in told.items()]
    for region in REGIONS:
        fitness = {UNFIT: "unfit", SILENT: "silent"}.get(region, "fit")
        why = {UNFIT: "3 of 3 references fail", SILENT: "not heard for 95 s"}.get(region, "")
        document = {"region": region, "fitness": fitness, "why": why, "at": rfc3339(at)}
        standings.append(("region", region, at, document))
    await store.standings.put_many(standings)
    await store.workers.heard(Heard(region, f"{region}-1", at, {}, None) for region in VOTING)


def _steps(at: Instant) -> list[tuple[int, str, Sequence[str], Sequence[str], str]]:
    """How the incident of this morning went: minutes, scope, regions, components, reason."""
    return [
        (0, "regional", EUROPE[:2], ["api"], "Claude API fails in Frankfurt and Ireland."),
        (6, "regional", EUROPE, ["api", "web"], "It reaches Stockholm, and claude.ai, too."),
        (11, "component", VOTING, ["api"], "Claude API fails in all of 10 regions."),
        (17, "system_wide", VOTING, ["api", "web", "console"], "All of it fails everywhere."),
        (38, "component", VOTING, ["api"], "claude.ai and the console are well again."),
        (46, "regional", EUROPE[:1], ["api"], "Claude API fails in Ireland only."),
    ]


async def _past(store: Store, at: Instant) -> None:
    begin = at - 7 * HOUR
    parts = tuple(
        Part(
            "region", region, begin + (0 if region in EUROPE else 11) * MINUTE, begin + 46 * MINUTE
        )
        for region in VOTING
    )
    lines = []
    for number, (minute, scope, regions, components, reason) in enumerate(_steps(at)):
        moment = begin + (minute + 1) * MINUTE
        said = verdict("claude", moment, scope, "outage", regions, components, reason)
        await store.verdicts.add(seeds.kept(said))
        event = _event("claude", 1, moment, "updated" if number else "opened", begin, scope=scope)
        lines.append((_reached(event, regions, components, reason), seeds.kept(said)))
    end = begin + 52 * MINUTE
    over = verdict("claude", end, reason="Every region that was heard is well again.")
    await store.verdicts.add(seeds.kept(over))
    well = {"scope": "none", "parts": parts, "reason": over["reason"]}
    closed = _event("claude", 1, end, "resolved", begin, end, **well)
    lines.append((closed, seeds.kept(over)))
    await store.incidents.apply_lines(lines)
    for days, scope, lasted, severity in _OLDER:
        start = at - days * DAY
        changes = {"scope": scope, "severity": Severity(severity)}
        number = 100 + days
        opened = _event("claude", number, start + MINUTE, "opened", start, **changes)
        ended = _event(
            "claude", number, start + lasted, "resolved", start, start + lasted, **changes
        )
        await store.incidents.apply(opened, ended)


_OLDER: Final = (
    (12, "regional", 95 * MINUTE, "degraded"),
    (23, "component", 3 * HOUR, "outage"),
    (41, "system_wide", 50 * MINUTE, "outage"),
    (42, "regional", 30 * MINUTE, "outage"),
    (66, "regional", 20 * HOUR, "degraded"),
)


def _event(
    service: str,
    number: int,
    at: Instant,
    moment: str,
    begin: Instant,
    end: Instant | None = None,
    *,
    scope: str = "regional",
    **changes: Any,
) -> IncidentEvent:
    over = {} if end is None else {"ended_after": end - 90_000, "ended_by": end - 60_000}
    if end is not None:
        over |= {"resolved_at": end, "closed_because": "ended"}
    wide = "system_wide" if number == 1 else scope
    found = seeds.incident(
        service,
        at,
        moment=moment,
        number=number,
        opened_at=begin + MINUTE,
        started_after=begin - 30_000,
        started_by=begin,
        **{"regions": EUROPE, "scope": Scope(scope), "peak": Scope(wide), **over, **changes},
    )
    return IncidentEvent(at, Moment(moment), found.incident)


def _reached(
    event: IncidentEvent, regions: Sequence[str], components: Sequence[str], reason: str
) -> IncidentEvent:
    values = {name: getattr(event.incident, name) for name in Incident.__dataclass_fields__}
    values |= {"regions": tuple(regions), "components": tuple(components), "reason": reason}
    return IncidentEvent(event.at, event.moment, Incident(**values))


async def _going_on(store: Store, at: Instant) -> None:
    for service, number, minutes in (("claude", 2, 22), ("gemini", 3, 140)):
        begin = at - minutes * MINUTE
        said = now_of(service, begin + MINUTE)
        await store.verdicts.add(seeds.kept(said))
        severity = Severity(said["severity"])
        event = _event(service, number, begin + MINUTE, "opened", begin, severity=severity)
        event = _reached(event, said["regions"], said["components"], said["reason"])
        await store.incidents.apply_lines([(event, seeds.kept(said))])


def _looks(moment: Instant, at: Instant) -> list[Result]:
    """One look of each cell, as the story has it."""
    return [
        _look(service, component, region, moment, at)
        for service, (_, components) in SERVICES.items()
        for component in components
        for region in VOTING
    ]


def _look(service: str, component: str, region: str, moment: Instant, at: Instant) -> Result:
    bad = any(
        begin <= moment < end and region in regions and component in components
        for begin, end, regions, components in _bad_times(service, at)
    )
    reason = Reason.TIMEOUT if bad else Reason.OK
    slow = 1 + (hash_of(f"{region}{moment}") % 40) / 100 + list(REGIONS).index(region) / 12
    times = {name: round(ms * slow, 1) for name, ms in _PHASES.items()}
    check, worker, slot = f"{service}-{component}", f"{region}-1", moment // 30_000
    return Result(
        id=result_id(check, region, worker, slot, 0),
        check=check,
        service=service,
        component=component,
        kind="http",
        region=region,
        worker=worker,
        scheduled_at=moment,
        started_at=moment + 3,
        received_at=moment + 450,
        attempt=0,
        ok=not bad,
        reason=reason,
        blame=BLAME[reason],
        detail=f"no answer within 10 s {HOSTILE}" if bad else "200 in 210 ms",
        status_code=None if bad else 200,
        **(dict.fromkeys(_PHASES) if bad else times),
        total_ms=None if bad else round(sum(times.values()) + 9, 1),
        ip="192.0.2.10",
        asn=64500,
        ip_country="US" if region.startswith("us") else "IE",
        extra={"edge": region[:2]},
    )


def _vendor(at: Instant) -> Result:
    """What the vendor of Claude says of itself: the truth, nine minutes late."""
    says = {
        "open": True,
        "title": "Elevated errors on claude.ai in Europe",
        "impact": "major",
        "published_at": rfc3339(at - 13 * MINUTE),
        "components": ["web"],
        "vendor_components": ["claude.ai"],
    }
    look = _look("claude", "api", "us-east", at - MINUTE, at)
    extra = {"heard": True, "incidents": [says]}
    name = "claude-status-page"
    return look._replace(id=result_id(name, "us-east", look.worker, 1, 0), check=name, extra=extra)


def _bad_times(
    service: str, at: Instant
) -> Iterator[tuple[Instant, Instant, Collection[str], Collection[str]]]:
    if service != "claude":
        return
    begin = at - 7 * HOUR
    for (minute, _, regions, components, _), until in zip(
        _steps(at), (6, 11, 17, 38, 46, 52), strict=True
    ):
        yield begin + minute * MINUTE, begin + until * MINUTE, regions, components
    yield at - 22 * MINUTE, at + DAY, EUROPE, ["web"]
    for days, _, lasted, _ in _OLDER:
        yield at - days * DAY, at - days * DAY + max(lasted, 14 * HOUR), EUROPE, ["api"]


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    found = 7
    for letter in text:
        found = (found * 31 + ord(letter)) % 1_000_003
    return found


async def _roll_up(store: Store, at: Instant) -> None:
    levels: tuple[Level, ...] = ("minute", "hour", "day")
    for level in levels:
        while due := await store.rollups.due(level, at + LENGTH_MS[level], 1000):
            for bucket in due:
                await store.rollups.make(level, bucket)


async def begin(store: Store, at: Instant) -> None:
    """A first run: nobody looks but this machine, and it does not reach the internet."""
    services = [seeds.service(key, "service", *entry) for key, entry in SERVICES.items()][:3]
    here = {"id": "here", "name": "This machine"}
    reference = seeds.service("internet", "reference", "Internet", {"dns": "DNS"})
    document = {"regions": [here], "services": [*services, reference], "judge": {}}
    await store.configurations.save(document, at)
    told = {"region": "here", "fitness": "unfit", "why": "3 of 3 references fail"}
    await store.standings.put_many([("region", "here", at, {**told, "at": rfc3339(at)})])
    await store.workers.heard([Heard("here", "here-1", at, {}, None)])
