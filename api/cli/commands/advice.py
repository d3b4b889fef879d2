"""`outscope advice`: what to use now, and what instead."""

from typing import Annotated, Any

import typer
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.terminal.tables import console, plain, show, word


def advice(
    services: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of the services, the preferred one first; all without."),
    ] = None,
    region: Annotated[str | None, typer.Option(help="The region that you are nearest to.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Choose among these models alone; may be given several times."),
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """Say for each service, component and model whether to use it now, the best first."""
    query = {
        "services": ",".join(services) if services else None,
        "models": ",".join(model) if model else None,
        "region": region,
    }
    with api_client(url, token) as client:
        if json:
            put(client.document("advice", query=query))
        else:
            _show(client.get("advice", query=query))


def _show(found: dict[str, Any]) -> None:
    out = console()
    if not found["targets"]:
        return out.print("No service is configured yet; run: outscope apply outscope.yaml")
    show(out, ("target", "use", "severity", "scope", "well in"), map(_line, found["targets"]))
    return out.print(f"Use first: {', '.join(found['order']) or 'nothing'}", markup=False)


def _line(target: dict[str, Any]) -> list[Text]:
    well = target["well_in"]
    return [
        plain(target["id"]),
        word(target["use"]),
        plain(target["severity"]),
        plain(target["scope"].replace("_", "-")),
        plain(f"{len(well)} region{'' if len(well) == 1 else 's'}"),
    ]
