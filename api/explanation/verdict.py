"""One verdict explained: what is said, what was seen, who is missing, what else it may be, what
decided.
"""

from api.explanation.likelihood import deciding, disruptions, rivals
from api.explanation.looks import absent, losing, seen
from api.explanation.words import (
    COMMAND,
    Document,
    Explanation,
    Names,
    Point,
    Section,
    Style,
    percent,
)
from worker.contract.instant import parse_rfc3339, rfc3339

_REBUILD_MS = 1_200_000


def explain(verdict: Document, names: Names, style: Style | None = None) -> Explanation:
    """Everything there is to say of a verdict. `verdict` is a document of the store, whose `at` may
    be None.
    """
    style = style or Style()
    sections = [_said(verdict, names, style)]
    if verdict.get("evidence"):
        sections += [
            seen(verdict, names, style),
            absent(verdict, names),
            losing(verdict, names),
            rivals(verdict, names),
            deciding(verdict),
        ]
    if verdict["at"] is not None:
        sections.append(_again(verdict))
    return Explanation(tuple(section for section in sections if section.points))


def _said(verdict: Document, names: Names, style: Style) -> Section:
    reason = str(verdict["reason"])
    points = [Point(f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith('.') else '.'}")]
    points += disruptions(verdict, names)
    points += _started(verdict, names, style)
    if verdict["at"] is not None:
        trust = (
            ""
            if verdict["scope"] == "unknown"
            else f", with a confidence of {percent(verdict['confidence'])}"
        )
        points.append(Point(f"Judged at {style.moment(verdict['at'])}{trust}."))
    if verdict["at"] is not None and not verdict.get("evidence"):
        points.append(Point("An older version said it, which kept no evidence."))
    return Section("What is said", tuple(points))


def _started(verdict: Document, names: Names, style: Style) -> list[Point]:
    """Between which two looks it began."""
    failing = [
        c for c in verdict.get("cells", ()) if c["state"] in ("bad", "degraded") and c["first_bad"]
    ]
    if not failing:
        return []
    cell = min(failing, key=lambda found: found["first_bad"])
    where = f"{names.features([cell['component']])} from {names.places([cell['region']])}"
    first = f"The first look that failed was due at {style.moment(cell['first_bad'])} ({where})"
    before = (
        f"; the last good one before it at {style.moment(cell['last_good'])}"
        if cell["last_good"]
        else ""
    )
    return [Point(f"{first}{before}.")]


def _again(verdict: Document) -> Section:
    """The commands that compute it again from the stored results."""
    at = parse_rfc3339(verdict["at"])
    before = verdict.get("evidence", {}).get("thresholds", {}).get("rebuild_ms", _REBUILD_MS)
    export = f"outscope export --since {rfc3339(at - before)} --until {rfc3339(at)}"
    command = f"{export} | outscope replay - --config outscope.yaml --until {rfc3339(at)}"
    return Section("Compute it again", (Point(command, state=COMMAND),))
