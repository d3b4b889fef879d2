"""`outscope incidents`: disruptions, open and over, or one with its timeline."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.options.client import Client, RefusedError
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import console, length, local, plain, show, word
from api.explanation.words import comes_and_goes, ending


def incidents(
    incident: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Only this one, with its timeline.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Only of this service.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that go on.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before.")] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """List incidents, the newest first."""
    query = {"service": service, "open": only_open or None, "limit": limit, "cursor": cursor}
    with api_client(url, token) as client:
        path, asked = (["incidents", incident], None) if incident else (["incidents"], query)
        if json:
            return put(client.document(*path, query=asked))
        found = client.get(*path, query=asked)
        said = _vendor_says(client, incident) if incident else []
    return _one(console(), found, said) if incident else _all(console(), found)


def _vendor_says(client: Client, incident: str) -> list[str]:
    """One sentence for each statement of the vendor, the first word first. An older API knows of
    none.
    """
    try:
        rows = client.get("incidents", incident, "acknowledgements")["items"]
    except RefusedError:
        return []
    return [row["sentence"] for row in rows]


def _all(out: Console, page: dict[str, Any]) -> None:
    if not page["items"]:
        return out.print("No incidents.")
    columns = ("id", "service", "severity", "scope", "components", "regions", "began by", "lasted")
    show(out, columns, map(_line, page["items"]))
    if page["next"]:
        out.print(f"More: --cursor {page['next']}", markup=False)
    return None


def _line(incident: dict[str, Any]) -> list[Text]:
    return [
        plain(incident["id"]),
        plain(incident["service"]),
        word(incident["severity"]),
        plain(
            f"{incident['scope']}, intermittent" if incident["intermittent"] else incident["scope"]
        ),
        plain(", ".join(incident["components"])),
        plain(", ".join(incident["regions"])),
        plain(local(incident["started_by"])),
        plain(_lasted(incident)),
    ]


def _lasted(incident: dict[str, Any]) -> str:
    lasted = length(incident["started_by"], incident["ended_by"] or incident["resolved_at"])
    if incident["withdrawn"]:
        return "withdrawn"
    if incident["ended_by"]:
        return lasted
    goes_on = "probably over" if incident["probably_over"] else "goes on"
    return f"{lasted}, end not seen" if incident["resolved_at"] else f"{lasted}, {goes_on}"


def _one(out: Console, incident: dict[str, Any], said: list[str]) -> None:
    out.print(
        shown(f"{incident['service']}: {incident['scope']} {incident['severity']}"),
        style="bold",
        markup=False,
    )
    out.print(f"Began {_between(incident['started_after'], incident['started_by'])}.")
    ended = incident["ended_by"]
    closed = f"Closed at {local(incident['resolved_at'])}: {incident['reason']}"
    end = incident["probably_over"]
    unseen = closed if incident["resolved_at"] else ending(end, local) if end else "It goes on."
    told = f"Ended {_between(incident['ended_after'], ended)}." if ended else unseen
    out.print(shown(told), markup=False)
    if incident["withdrawn"]:
        out.print(shown(f"It was withdrawn: {incident['reason']}"), markup=False)
    if incident["intermittent"]:
        out.print(comes_and_goes(incident))
    for sentence in (*_around(incident), *said):
        out.print(shown(sentence), markup=False)
    columns = ("at", "event", "severity", "scope", "components", "regions", "why")
    show(out, columns, map(_event, incident["timeline"]))
    if incident["parts"]:
        show(out, ("where", "from", "to", "lasted"), map(_part, incident["parts"]))
    out.print(f"How it came about: outscope explain {incident['id']}", markup=False)


def _around(incident: dict[str, Any]) -> Iterator[str]:
    """What else is known: what it fell with, what most likely caused it, announced maintenance."""
    if incident["cause"]:
        yield _cause(incident["cause"])
    if cause := incident.get("probably_caused_by"):
        parts = f"/{', '.join(cause['components'])}" if cause["components"] else ""
        sure = f"{cause['probability']:.0%}"
        yield f"Probably caused by {cause['service']}{parts}, {cause['incident']} ({sure})."
    if work := incident.get("maintenance"):
        end = f"{work['title']}, until {local(work['until'])}"
        within = work["state"] == "within"
        yield (
            f"It is within announced maintenance: {end}."
            if within
            else (f"It began in announced maintenance and outlasted it: {end}.")
        )


def _cause(cause: dict[str, Any]) -> str:
    return (
        f"It most likely shares its cause with {cause['id']} ({cause['service']}): they began"
        " together."
    )


def _part(part: dict[str, Any]) -> list[Text]:
    return [
        plain(part["name"]),
        plain(local(part["since"])),
        plain(local(part["until"])),
        plain(length(part["since"], part["until"]) if part["until"] else "goes on"),
    ]


def _event(line: dict[str, Any]) -> list[Text]:
    return [
        plain(local(line["at"])),
        plain(line["event"]),
        word(line["severity"]),
        plain(line["scope"]),
        plain(", ".join(line["components"])),
        plain(", ".join(line["regions"])),
        plain(line["reason"]),
    ]


def _between(after: str | None, by: str) -> str:
    return f"between {local(after)} and {local(by)}" if after else f"by {local(by)}"
