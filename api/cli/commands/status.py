"""`outscope status`: the verdict of each service, or of one with its matrix."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, STALE, Json, Token, Url, api_client, put
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import console, length, local, plain, show, word
from api.documents.picture.standpoints import points
from api.documents.picture.troubles import stranger, trouble_of


def status(
    service: Annotated[
        str | None, typer.Argument(help="Only this service, with its matrix.")
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """Say how each service is: well, or how far its outage reaches.

    Exit code 0: this is how it is now, well or not. 4: this is how it was, for the coordinator is
    silent or was never heard. 1: no such service. 3: no answer from the API.
    """
    with api_client(url, token) as client:
        whole = client.document("overview")
        overview = client.value(whole)
        if json:
            put(client.document("services", service) if service else whole)
        elif service:
            found, matrix = (
                client.get("services", service),
                client.get("services", service, "matrix"),
            )
            _one(console(), found, matrix)
            _age(console(), overview)
        else:
            _all(console(), overview)
    raise typer.Exit(STALE if _is_stale(overview) else 0)


def _is_stale(overview: dict[str, Any]) -> bool:
    """Whether nobody keeps it up to date; without a configuration nobody has to."""
    told = overview["coordinator"]
    return overview["configuration"] is not None and (told["silent"] or told["heard_at"] is None)


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
        out.print(f"{_speaking(regions, fit)}, {going} open incident{'' if going == 1 else 's'}.")
    warnings = [*map(trouble_of, regions), *map(stranger, overview.get("unknown_regions", ()))]
    for warned in filter(None, warnings):
        out.print(shown(f"{warned[0].upper()}{warned[1:]}."), style="yellow", markup=False)
    if standbys := overview["coordinator"].get("standbys"):
        out.print(shown(_leading(overview["coordinator"], standbys)), markup=False)
    _age(out, overview)


def _leading(told: dict[str, Any], standbys: list[dict[str, Any]]) -> str:
    """Which coordinator leads, and which would take over; said where there are several."""
    others = ", ".join(one["process"] for one in standbys)
    stand = "stands" if len(standbys) == 1 else "stand"
    since = f" since {local(told['leads_since'])}" if told["leads_since"] else ""
    return f"Coordinator: {told['leader']} leads{since}; {others} {stand} by."


def _speaking(regions: list[dict[str, Any]], fit: int) -> str:
    if [region["id"] for region in regions] == ["here"]:
        return f"Seen from this machine, which is {'' if fit else 'not '}fit to speak"
    return f"{fit} of {len(regions)} regions{points(regions)} fit to speak"


def _age(out: Console, overview: dict[str, Any]) -> None:
    """Say how old it is what is shown, when that is too old."""
    heard = overview["coordinator"]["heard_at"]
    if not _is_stale(overview):
        return
    if heard is None:
        out.print("The coordinator was never heard. Is it running?", style="yellow")
        return
    out.print(
        f"The coordinator was last heard at {local(heard)}, {length(heard, None)} ago: this may be"
        " out of date.",
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
