"""`outscope status`: the verdict of each service, or of one with its matrix."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Url, api_client, put
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import console, local, plain, show, word


def status(
    service: Annotated[
        str | None, typer.Argument(help="Only this service, with its matrix.")
    ] = None,
    url: Url = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Say how each service is: well, or how far its outage reaches."""
    with api_client(url) as client:
        path = ["services", service] if service else ["overview"]
        if json:
            return put(client.document(*path))
        found = client.get(*path)
        if service:
            return _one(console(), found, client.get("services", service, "matrix"))
        return _all(console(), found)


def _all(out: Console, overview: dict[str, Any]) -> None:
    out.print(shown(overview["headline"]), style="bold", markup=False)
    if overview["advice"]:
        out.print(shown(overview["advice"]), markup=False)
    if overview["services"]:
        show(out, ("service", "state", "what", "since"), map(_line, overview["services"]))
    _footnotes(out, overview)


def _line(service: dict[str, Any]) -> list[Text]:
    return [
        plain(service["name"]),
        word(service["state"]),
        plain(service["headline"]),
        plain(local(service["since"])),
    ]


def _footnotes(out: Console, overview: dict[str, Any]) -> None:
    regions = overview["regions"]
    fit = sum(region["fitness"] == "fit" for region in regions)
    if regions:
        going = len(overview["incidents"])
        out.print(
            f"{fit} of {len(regions)} regions fit to speak, {going} open"
            f" incident{'' if going == 1 else 's'}."
        )
    heard, patience = (
        overview["coordinator"]["heard_at"],
        overview["coordinator"]["silent_after_ms"],
    )
    if overview["configuration"] is None:
        return
    if heard is None:
        out.print("The coordinator was never heard. Is it running?", style="yellow")
        return
    silence = (datetime.now().astimezone() - datetime.fromisoformat(heard)).total_seconds()
    if silence * 1000 > patience:
        out.print(
            f"The coordinator was last heard at {local(heard)}: this may be out of date.",
            style="yellow",
        )


def _one(out: Console, service: dict[str, Any], matrix: dict[str, Any]) -> None:
    verdict = service["verdict"]
    since = f" since {local(service['since'])}" if service["since"] else ""
    out.print(shown(f"{service['name']}: {service['headline']}{since}"), style="bold", markup=False)
    if len(service["disruptions"]) > 1:
        for disruption in service["disruptions"]:
            out.print(
                Text.assemble(
                    "  ", word(disruption["state"], "-"), f" {shown(disruption['headline'])}"
                )
            )
    sure = "" if verdict["scope"] == "unknown" else f" (confidence {verdict['confidence']:.0%})"
    out.print(shown(f"{verdict['reason']}{sure}"), markup=False)
    cells = {(cell["component"], cell["region"]): cell for cell in matrix["cells"]}
    rows = []
    for region in matrix["regions"]:
        name = (
            region["name"]
            if region["fitness"] == "fit"
            else f"{region['name']} ({region['fitness']})"
        )
        found = (cells.get((component["id"], region["id"])) for component in matrix["components"])
        rows.append([plain(name), *(_cell(cell) for cell in found)])
    show(out, ("region", *(component["name"] for component in matrix["components"])), rows)


def _cell(cell: dict[str, Any] | None) -> Text:
    if cell is None:
        return plain("-")
    said = word(cell["state"])
    if cell["bad"]:
        said.append(f" {cell['bad']} of {cell['ok'] + cell['bad']}", style="dim")
    return said
