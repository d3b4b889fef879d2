"""`outscope explain`: how a verdict came about, of a service or of an incident."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.options.client import Client, RefusedError
from api.cli.terminal.explanation_view import heading, tell
from api.cli.terminal.tables import console, local
from api.documents.picture.headline import state
from api.documents.picture.standing import unjudged_in
from api.explanation import Names, Style, explain_incident, telling
from api.explanation import explain as explain_verdict
from api.moments import moment
from worker.contract.clock import now
from worker.contract.instant import rfc3339

_UNKNOWN: Final = frozenset({"unknown_service", "unknown_incident"})
_MOST: Final = 1000
"""So many incidents are searched for a name that is nearly right."""
_HERE: Final = Style(local)

What = Annotated[
    str, typer.Argument(metavar="INCIDENT_OR_SERVICE", help="Id of an incident, or of a service.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="What stood then: a time, or how long ago, such as 10m."
    ),
]


def explain(
    what: What, at: At = None, url: Url = DEFAULT_URL, token: Token = None, json: Json = False
) -> None:
    """Tell how a verdict came about: what was seen from where, who did not vote, what else it may
    be, what decided.

    Of an incident its whole life is told, and the verdict that stood at --at, else the last before
    it was over.
    """
    with api_client(url, token) as client:
        kind, document = _find(client, what, at)
        if json:
            return put(document)
        found = client.value(document)
        if kind == "services":
            return _service(console(), found)
        incident, line = client.get("incidents", what), _line(found["lines"], at)
    return _incident(console(), incident, found, line)


def _find(client: Client, what: str, at: str | None) -> tuple[str, bytes]:
    """The evidence of the service of this id, else of the incident."""
    for kind, query in (("services", {"at": at}), ("incidents", {})):
        try:
            return kind, client.document(kind, what, "evidence", query=query)
        except RefusedError as error:
            if error.code not in _UNKNOWN:
                raise
    raise RefusedError(f"Nothing is called {what!r}. {_instead(client, what)}")


def _instead(client: Client, what: str) -> str:
    services = [service["id"] for service in client.get("services")["items"]]
    incidents = [
        incident["id"] for incident in client.get("incidents", query={"limit": _MOST})["items"]
    ]
    near = get_close_matches(what, [*services, *incidents], n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    known = f"Services are {', '.join(services)}" if services else "No service is configured"
    return f"{known}; `outscope incidents` lists incidents."


def _names(found: Mapping[str, Any]) -> Names:
    return Names(**found["names"])


def _service(out: Console, found: Mapping[str, Any]) -> None:
    names, verdict = _names(found), found["verdict"]
    unjudged = unjudged_in(verdict["cells"], names.components) if verdict["cells"] else ()
    heading(out, names.service, state(verdict, unjudged))
    tell(out, explain_verdict(verdict, names, _HERE))


def _incident(
    out: Console,
    incident: Mapping[str, Any],
    found: Mapping[str, Any],
    line: Mapping[str, Any] | None,
) -> None:
    names, over = _names(found), incident["resolved_at"] is not None
    heading(
        out, f"Incident {incident['id']}", "well" if over else "bad", "over" if over else "goes on"
    )
    tell(out, explain_incident(incident, found["lines"], names, _HERE))
    if line is None:
        return
    out.print(
        Text(
            f"\nThe verdict of {local(line['at'])}, when it was {line['event']}",
            style="bold underline",
        )
    )
    if line["verdict"] is None:
        out.print("An older version said it, which kept no evidence.")
    else:
        tell(out, explain_verdict(line["verdict"], names, _HERE))


def _line(lines: Sequence[Mapping[str, Any]], at: str | None) -> Mapping[str, Any] | None:
    """The line to explain: the one that stood at a time, else the one that tells most."""
    try:
        wanted = None if at is None else rfc3339(moment(at, now()))
    except ValueError as error:
        raise RefusedError(f"--at: {error}") from None
    line = telling(lines, wanted)
    if line is None and lines:
        raise RefusedError(
            f"It was opened at {local(lines[0]['at'])}: nothing was said of it before."
        )
    return line
