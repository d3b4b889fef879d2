"""What a message says: a sentence, how far it reaches, since when, how sure, and where the evidence
is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.dependencies.cascade import Cascade
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.context import NOTHING, Context
from coordinator.domain.notifying.thread import Kind, Said
from worker.contract.instant import Instant, rfc3339
from worker.contract.wording import enumerated

_NAMED: Final = 3
_VERBS: Final = {Severity.OUTAGE: "disrupted", Severity.DEGRADED: "degraded"}
_SCOPES: Final = {
    Scope.REGIONAL: "in a part of the regions",
    Scope.COMPONENT: "everywhere, some features",
    Scope.SYSTEM_WIDE: "everywhere, every feature",
    Scope.UNKNOWN: "at least there",
}


@dataclass(frozen=True, slots=True)
class Message:
    """For people `title` and `text`; for machines the rest."""

    kind: Kind
    key: str
    """The same for all messages of one thread, of every rule: the incident's id, or what a thread
    of vantage points is called.
    """
    title: str
    text: str
    severity: Severity
    document: Mapping[str, Any]
    """JSON: what happened, and the incident in a few members."""


def of_incident(
    kind: Kind,
    incident: Incident,
    said: Said,
    topology: Topology,
    *,
    at: Instant,
    confidence: float,
    link: str = "",
    context: Context = NOTHING,
    cascade: Cascade | None = None,
    vendor: str = "",
) -> Message:
    """The message of one step. `link` leads to the evidence; `cascade` is what it caused, `vendor`
    what its vendor says.
    """
    title = f"{topology.name_of(incident.service)}: {_headline(kind, incident, topology, at)}"
    caused = cascade.sentence(topology) if cascade else ""
    if caused:
        title = f"{title}; {caused}"
    regions = enumerated(region_name(one, topology) for one in said.regions)
    told = {
        "Reach": ", ".join(filter(None, (said.scope.replace("_", "-"), _SCOPES.get(said.scope)))),
        "Regions": regions,
        "Since": _span(incident.started_after, incident.started_by),
        "Until": _span(incident.ended_after, incident.ended_by) if incident.ended_by else "",
        "Sure": f"{confidence:.0%}" if kind in (Kind.OPENED, Kind.CHANGED) else "",
        "Fell with it": enumerated(map(topology.name_of, said.also)),
        **context.sentences(topology),
        "Cascade": caused,
        "Vendor": vendor,
        "Evidence": link,
    }
    lines = [incident.reason, *(f"{name}: {value}" for name, value in told.items() if value)]
    return Message(
        kind=kind,
        key=incident.id,
        title=title,
        text="\n".join(filter(None, lines)),
        severity=said.severity,
        document={
            "type": f"incident.{kind}",
            "at": rfc3339(at),
            "incident": incident.id,
            "service": incident.service,
            "severity": str(said.severity),
            "scope": str(said.scope),
            "regions": list(said.regions),
            "components": list(said.components),
            "also": list(said.also),
            "since": [_time(incident.started_after), _time(incident.started_by)],
            "until": [_time(incident.ended_after), _time(incident.ended_by)],
            "confidence": round(confidence, 3),
            **context.to_document(),
            "cascade": cascade.to_document(topology) if cascade else None,
            "title": title,
            "reason": incident.reason,
            "vendor_says": vendor or None,
            "link": link or None,
        },
    )


def of_many(
    incidents: Sequence[Incident], topology: Topology, at: Instant, link: str = ""
) -> Message:
    """The message that counts what is too much to be told one by one."""
    services = sorted({topology.name_of(one.service) for one in incidents})
    more = len(services) - _NAMED
    named = enumerated([*services[:_NAMED], *([f"{more} more services"] if more > 0 else [])])
    worst = max((one.severity for one in incidents), key=list(Severity).index)
    title = f"{len(incidents)} more incidents began: {named}"
    return Message(
        kind=Kind.DIGEST,
        key=f"digest-{at}",
        title=title,
        text=f"{title}." + (f"\nAll of them: {link}" if link else ""),
        severity=worst,
        document={
            "type": "incidents.digest",
            "at": rfc3339(at),
            "incidents": [one.id for one in incidents],
            "severity": str(worst),
            "title": title,
            "link": link or None,
        },
    )


def _headline(kind: Kind, incident: Incident, topology: Topology, at: Instant) -> str:
    what = _what(incident, topology)
    if kind is Kind.WITHDRAWN:
        return f"withdrawn: {what} {_verb(incident)} {_where(incident, topology)}"
    if kind is Kind.RESOLVED:
        until = incident.ended_by or incident.resolved_at or at
        return f"over after {lasted(until - incident.started_by)}: {what} works again"
    return f"{what} {_verb(incident)} {_where(incident, topology)}"


def _what(incident: Incident, topology: Topology) -> str:
    names = topology.components_of(incident.service)
    if incident.scope is Scope.SYSTEM_WIDE or len(incident.components) == len(names):
        return "all of it"
    return enumerated(names.get(one, one) for one in incident.components) or "something"


def _verb(incident: Incident) -> str:
    return _VERBS.get(incident.severity, "disrupted")


def _where(incident: Incident, topology: Topology) -> str:
    if incident.scope in (Scope.COMPONENT, Scope.SYSTEM_WIDE):
        return "everywhere"
    if len(incident.regions) > _NAMED:
        return f"in {len(incident.regions)} of {len(topology.regions)} regions"
    return f"in {enumerated(region_name(one, topology) for one in incident.regions)}"


def region_name(one: str, topology: Topology) -> str:
    """As people know it; the id of what left the configuration."""
    return topology.region[one].name if one in topology.region else one


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)


def _span(after: Instant | None, by: Instant | None) -> str:
    """An interval in UTC, as far as it is known."""
    end = "now" if by is None else clock_of(by)
    return end if after is None else f"between {clock_of(after)} and {end}"


def clock_of(at: Instant) -> str:
    """To the second, in UTC."""
    return rfc3339(at)[:19].replace("T", " ") + " UTC"


def lasted(amount_ms: int) -> str:
    """How long, as people say it."""
    minutes, seconds = divmod(max(0, amount_ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
