"""An incident explained: its life, where it lasted how long, and the verdict behind each line of
its timeline.
"""

from collections.abc import Iterator, Sequence

from api.explanation.words import (
    Document,
    Explanation,
    Names,
    Point,
    Section,
    Style,
    comes_and_goes,
    ending,
    lasting,
    listed,
)
from worker.contract.instant import parse_rfc3339

_SCOPES = {
    "regional": "regional",
    "component": "one feature everywhere",
    "system_wide": "system-wide",
    "unknown": "reach unknown",
    "none": "over, if it stays that way",
}


_OVER = ("ending", "resolved", "revised", "withdrawn")
"""Events whose lines tell nothing of how far it reached."""


def explain_incident(
    incident: Document, lines: Sequence[Document], names: Names, style: Style | None = None
) -> Explanation:
    """Its life. `incident` is the whole document of the store; `lines` are its timeline, oldest
    first.
    """
    style = style or Style()
    sections = (
        Section("What happened", tuple(_life(incident, names, style))),
        Section("Where, and for how long", tuple(_parts(incident, names, style))),
        Section("How it went", tuple(_timeline(lines, names, style))),
    )
    return Explanation(tuple(section for section in sections if section.points))


def telling(lines: Sequence[Document], at: str | None = None) -> Document | None:
    """The line whose evidence tells most: the one that stood at a moment, else the last before it
    was resolved.
    """
    if at is not None:
        stood = [line for line in lines if parse_rfc3339(line["at"]) <= parse_rfc3339(at)]
        return stood[-1] if stood else None
    going = [line for line in lines if line["event"] not in _OVER]
    kept = [line for line in going if line["verdict"] is not None]
    return next(iter((kept or going or list(lines))[-1:]), None)


def _life(incident: Document, names: Names, style: Style) -> Iterator[Point]:
    reach = _reach(incident, names)
    peak = (
        ""
        if incident["peak"] == incident["scope"]
        else f"; at its widest {_SCOPES[incident['peak']]}"
    )
    yield Point(
        f"{incident['severity'].title()} of {names.service}, {_SCOPES[incident['scope']]}:"
        f" {reach}{peak}."
    )
    yield Point(f"It began {between(incident['started_after'], incident['started_by'], style)}.")
    if incident["withdrawn"]:
        yield Point(f"It was withdrawn: {incident['reason']}", state="bad")
    elif incident["resolved_at"] is None:
        end = incident.get("probably_over")
        yield Point(ending(end, style.moment) if end else "It goes on.")
    elif incident["ended_by"]:
        lasted = lasting(
            parse_rfc3339(incident["ended_by"]) - parse_rfc3339(incident["started_by"])
        )
        ended = between(incident["ended_after"], incident["ended_by"], style)
        yield Point(
            f"It ended {ended}, after about {lasted}; that was sure at"
            f" {style.moment(incident['resolved_at'])}."
        )
    else:
        closed_at = style.moment(incident["resolved_at"])
        yield Point(f"It was closed at {closed_at}: {incident['reason']}", state="unknown")
    if incident["intermittent"]:
        yield Point(comes_and_goes(incident))
    if incident["cause"]:
        yield Point(
            f"It most likely shares its cause with {_linked(incident['cause'], names)}: they began"
            " together."
        )
    others = [
        other
        for other in incident.get("alike", ())
        if other["id"] != (incident["cause"] or {}).get("id")
    ]
    if others:
        yield Point(
            f"Most likely of the same cause: {listed(_linked(other, names) for other in others)}."
        )


def _linked(other: Document, names: Names) -> str:
    return f"incident {other['id']} of {names.services.get(other['service'], other['service'])}"


def _parts(incident: Document, names: Names, style: Style) -> Iterator[Point]:
    for part in incident.get("parts", ()):
        called = names.regions if part["axis"] == "region" else names.components
        since = f"from {style.moment(part['since'])}"
        if part["until"] is None:
            yield Point(f"{since}, and it goes on.", called.get(part["name"], part["name"]), "bad")
        else:
            text = f"{since} to {style.moment(part['until'])}, {lasting(part['lasted_ms'])}."
            yield Point(text, called.get(part["name"], part["name"]))


def _timeline(lines: Sequence[Document], names: Names, style: Style) -> Iterator[Point]:
    before: Document = {}
    for line in lines:
        notes = [
            *(
                ["intermittent from now on"]
                if line["intermittent"] and not before.get("intermittent")
                else []
            ),
            *(
                [f"likely of one cause with {line['cause']}"]
                if line["cause"] not in (None, before.get("cause"))
                else []
            ),
        ]
        noted = f" ({'; '.join(notes)})" if notes else ""
        yield Point(_happened(line, names, noted), style.moment(line["at"]))
        before = line


def _happened(line: Document, names: Names, noted: str) -> str:
    if line["event"] in ("ending", "revised", "withdrawn"):
        return f"{line['event']}: {line['reason']}"
    if line["event"] == "resolved":
        return f"resolved{noted}."
    return (
        f"{line['event']}: {line['severity']}, {_SCOPES[line['scope']]}:"
        f" {_reach(line, names)}{noted}."
    )


def _reach(line: Document, names: Names) -> str:
    everything = len(line["components"]) == len(names.components) > 1
    what = "everything" if everything else names.features(line["components"])
    everywhere = line["scope"] in ("component", "system_wide")
    where = f"{len(line['regions'])} regions" if everywhere else names.places(line["regions"])
    return " in ".join(filter(None, [what, where])) or "reach not known"


def between(after: str | None, by: str, style: Style) -> str:
    """In which interval a moment lies that looks on both sides of it tell."""
    return (
        f"between {style.moment(after)} and {style.moment(by)}"
        if after
        else f"by {style.moment(by)}"
    )
