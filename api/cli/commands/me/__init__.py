"""`outscope me`: is it me? One look from this machine, weighed with what the fleet sees."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from api.cli.commands.me.asking import Plan, plan
from api.cli.commands.me.link import link
from api.cli.commands.me.looking import Made, Where, look, own
from api.cli.options.api_options import DEFAULT_URL, UNREACHABLE, Token, Url, api_client
from api.cli.options.looking import Allow, CaFile
from api.cli.terminal.outside import json_shown, say, shown
from api.cli.terminal.tables import console, plain, show
from api.documents.located import Located, located
from coordinator.domain.localizing.seen import Seen
from coordinator.domain.model.rules import Rules

_NAMES: Final = {
    "machine": "your machine",
    "network": "your network",
    "region": "your region",
    "everybody": "everybody",
    "nobody": "nobody",
}


def me(
    service: Annotated[
        str, typer.Argument(help="Id of the service, as `outscope status` shows it.")
    ],
    region: Annotated[
        str | None,
        typer.Option(help="The region that you are nearest to; default: by your address."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration to look by when the API cannot be asked; default: the catalog.",
            metavar="FILE",
        ),
    ] = None,
    allow: Allow = None,
    ca_file: CaFile = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """Say whose trouble it is that a service does not work for you: your machine, your network,
    your region, everybody, or nobody, each with its probability.

    Looks at the service and at references from this machine, once and what failed again, and weighs
    that with what the fleet sees near you. Keys are never handed out: what needs one is only
    reached. Exit code 0: told. 1: no such service. 3: told without the fleet, which cannot be
    asked.
    """
    with api_client(url, token) as client:
        found = plan(client, service, region, config)
    networks = [one.strip() for one in (allow or "").split(",") if one.strip()]
    made, references = asyncio.run(_look(found, Where(networks, ca_file)))
    seen = Seen(own(made, service), own(references), link())
    told = located(service, seen, found.fleet, Rules())
    if as_json:
        _put(told, made, references)
    else:
        _show(found, told, made, references)
    raise typer.Exit(UNREACHABLE if found.unreachable else 0)


async def _look(found: Plan, where: Where) -> tuple[list[Made], list[Made]]:
    both = await asyncio.gather(look(found.looks, where), look(found.references, where))
    return both[0], both[1]


def _put(told: Located, made: list[Made], references: list[Made]) -> None:
    document = {**told, "looks": [*map(_outcome, made)], "references": [*map(_outcome, references)]}
    say(json_shown(json.dumps(document, indent=2, ensure_ascii=False)))


def _outcome(one: Made) -> dict[str, Any]:
    return {
        "check": one.handed["check"],
        "of": one.handed["of"],
        "reaches_only": one.handed["reaches_only"],
        "counts": one.says,
        "ok": one.outcome.ok,
        "reason": str(one.outcome.reason),
        "detail": one.outcome.detail,
        "total_ms": one.outcome.total_ms,
    }


def _show(found: Plan, told: Located, made: list[Made], references: list[Made]) -> None:
    out = console()
    out.print(Text(shown(f"{found.name}: {told['sentence']}"), style="bold"))
    chances: Any = told["chances"]
    rows = [(plain(name), plain(_percent(chances[one]))) for one, name in _NAMES.items()]
    show(out, ("whose", "how likely"), rows)
    for line in _notes(found, told, made, references):
        out.print(Text(shown(line)))


def _notes(found: Plan, told: Located, made: list[Made], references: list[Made]) -> list[str]:
    seen = told["seen"]
    counted = f"{seen['failed']} of {seen['looks']} looks at it failed"
    control = f"{seen['references_failed']} of {seen['references']} at references"
    notes = [f"From here: {counted}, {control}."]
    if seen["references"] and seen["references_failed"] == seen["references"]:
        notes.append("Nothing at all is reached from here: this machine is most likely offline.")
    if found.fleet is not None:
        alone = "nobody else looks at it who is heard now"
        notes.append(f"The fleet: {found.fleet['headline'] if found.fleet['heard'] else alone}.")
    if found.unreachable:
        notes.append(f"The fleet was not asked. {found.unreachable}")
    failed = (one for one in (*made, *references) if not one.outcome.ok)
    notes += list(dict.fromkeys(map(_line, failed)))
    reached = sorted({one.handed["check"] for one in made if one.handed["reaches_only"]})
    if reached:
        notes.append(f"Only reached, for a whole look needs what is not told: {', '.join(reached)}")
    return notes


def _line(one: Made) -> str:
    said = f"  {one.handed['check']}: {one.outcome.reason}: {one.outcome.detail}"
    return said if one.says else f"{said} (does not count)"


def _percent(chance: float) -> str:
    """In whole percent; what is nearly nothing or nearly sure is not told as such."""
    return "< 1 %" if chance < 0.01 else "> 99 %" if chance > 0.99 else f"{round(100 * chance)} %"
