"""Incidents and the lines of their timelines as rows and back; column order is the field order of
`Incident`.
"""

from dataclasses import astuple, fields
from typing import Any, Final

from coordinator.domain.model.incident import Closed, Incident, IncidentEvent, Part, ProbableEnd
from coordinator.domain.model.verdict import Scope, Severity, Verdict
from coordinator.encoding import from_text, moment, to_text
from coordinator.store.database import Row

COLUMNS: Final = tuple(field.name for field in fields(Incident))
ALL: Final = (*COLUMNS, "updated_at")
CHANGE: Final = "change"
"""The column that tells which change of the table was the last of a row."""
LINE: Final = (
    *(
        "incident",
        "at",
        "event",
        "severity",
        "scope",
        "regions",
        "components",
        "reason",
        "intermittent",
        "cause",
    ),
    "evidence",
)
_TIMES: Final = (
    "opened_at",
    "started_after",
    "started_by",
    "ended_after",
    "ended_by",
    "resolved_at",
)
_LISTS: Final = ("regions", "components")


def to_row(event: IncidentEvent) -> list[Any]:
    """The values of an incident as an event left it, one for each column."""
    incident = event.incident
    end = incident.probably_over
    told = {
        "severity": str(incident.severity),
        "scope": str(incident.scope),
        "peak": str(incident.peak),
        "regions": to_text(incident.regions),
        "components": to_text(incident.components),
        "parts": to_text([astuple(part) for part in incident.parts]),
        "probably_over": None if end is None else to_text(astuple(end)),
    }
    return [*(told.get(name, getattr(incident, name)) for name in COLUMNS), event.at]


def to_line(event: IncidentEvent, verdict: Verdict | None) -> list[Any]:
    """The values of a line of a timeline, with the whole verdict that stood at that moment."""
    incident = event.incident
    return [
        incident.id,
        event.at,
        str(event.moment),
        str(incident.severity),
        str(incident.scope),
        to_text(incident.regions),
        to_text(incident.components),
        event.note or incident.reason,
        incident.intermittent,
        incident.cause,
        None if verdict is None else to_text(verdict.to_document()),
    ]


def from_row(row: Row) -> Incident:
    """The incident that a row tells."""
    told: dict[str, Any] = {
        "severity": Severity(row["severity"]),
        "scope": Scope(row["scope"]),
        "peak": Scope(row["peak"]),
        "intermittent": bool(row["intermittent"]),
        "withdrawn": bool(row["withdrawn"]),
        "parts": parts_of(row),
        "probably_over": probable_end(row),
        **{name: tuple(from_text(row[name])) for name in _LISTS},
    }
    values: dict[str, Any] = {name: told.get(name, row[name]) for name in COLUMNS}
    return Incident(**values)


def document(row: Row) -> dict[str, Any]:
    """The incident as a dict, without its parts; `cause` becomes the id and service of another one,
    or None.
    """
    linked = {"id": row["cause"], "service": row["cause_service"]} if row["cause_service"] else None
    plain, end = {name: row[name] for name in COLUMNS if name != "parts"}, probable_end(row)
    return {
        **plain,
        **{name: from_text(row[name]) for name in _LISTS},
        **{name: moment(row[name]) for name in _TIMES},
        "intermittent": bool(row["intermittent"]),
        "withdrawn": bool(row["withdrawn"]),
        "closed_because": closed_because(row),
        "probably_over": None if end is None else end.to_document(),
        "cause": linked,
        **context_of(row),
    }


def context_of(row: Row) -> dict[str, Any]:
    """What the incident has to do with announced maintenance and with others upstream."""
    told = from_text(row["context"]) if row["context"] else {}
    return {name: told.get(name) for name in ("maintenance", "probably_caused_by")}


def closed_because(row: Row) -> str | None:
    """Why it is open no more. Rows from before that was kept ended, or were withdrawn."""
    if row["resolved_at"] is None:
        return None
    before = Closed.WITHDRAWN if row["withdrawn"] else Closed.ENDED
    return str(row["closed_because"] or before)


def probable_end(row: Row) -> ProbableEnd | None:
    """Since when it probably is over, while it is open."""
    return ProbableEnd(*from_text(row["probably_over"])) if row["probably_over"] else None


def detail(row: Row) -> dict[str, Any]:
    """The incident as a dict, with its parts."""
    return {**document(row), "parts": [part.to_document() for part in parts_of(row)]}


def line(row: Row) -> dict[str, Any]:
    """A line of a timeline as a dict; `evidence`, if it was asked for, is the document of a verdict
    or None.
    """
    told = {
        **row,
        "at": moment(row["at"]),
        **{name: from_text(row[name]) for name in _LISTS},
        "intermittent": bool(row["intermittent"]),
        "cause": row["cause"] or None,
    }
    if row.get("evidence") is not None:
        told["evidence"] = from_text(row["evidence"])
    return told


def failing_share(row: Row, incident: dict[str, Any]) -> dict[str, Any] | None:
    """The failing share of the disruption in a verdict that reaches most of what an incident does;
    None where it is not told.
    """

    def shared(disruption: dict[str, Any]) -> int:
        kinds = ("regions", "components")
        regions, components = ({*disruption[kind]} & {*incident[kind]} for kind in kinds)
        return len(regions) * len(components)

    found = from_text(row["evidence"]).get("evidence", {}).get("disruptions", [])
    best: dict[str, Any] = max(found, key=shared, default={})
    told: dict[str, Any] | None = best.get("failing_share") if best and shared(best) else None
    return told


def parts_of(row: Row) -> tuple[Part, ...]:
    """The parts of an incident's row."""
    return tuple(Part(*values) for values in from_text(row["parts"]))
