"""`outscope region add`: one region more in the configuration in force."""

import asyncio
import json as plain_json
import re
from typing import Annotated, Any

import typer

from api.cli.commands.apply import describe
from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say
from api.configuration import add_region
from api.operator import line
from coordinator.configuration import ConfigurationError
from coordinator.geodata.countries import centre
from coordinator.store import TROUBLE

_PLACE = ("continent", "latitude", "longitude")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WITHOUT_PLACE = frozenset({"XK"})
"""Codes that ISO 3166 leaves to its users, and that are in use."""

Id = Annotated[
    str, typer.Argument(metavar="REGION", help="Its id: small letters, digits, - and _.")
]


def add(
    region: Id,
    country: Annotated[str, typer.Option(metavar="CODE", help="ISO 3166, two capital letters.")],
    name: Annotated[str | None, typer.Option(help="What people call it; else its id.")] = None,
    continent: Annotated[
        str | None, typer.Option(metavar="CODE", help="AF, AN, AS, EU, NA, OC or SA.")
    ] = None,
    latitude: Annotated[float | None, typer.Option(help="Degrees north of the equator.")] = None,
    longitude: Annotated[float | None, typer.Option(help="Degrees east of Greenwich.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Whose network the workers there stand in.")
    ] = None,
    here: Annotated[
        bool,
        typer.Option("--here", help="A running outscope up starts a worker for it on its machine."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Add a region to the configuration in force, as a new version of it.

    Where it is, is filled in from its country when it is not told. A running coordinator takes it
    up within a second; let a worker join with: outscope worker invite --region REGION
    """
    told = {
        "id": region,
        "workers": None if here else "joined",
        "name": name,
        "country": country,
        "continent": continent,
        "latitude": latitude,
        "longitude": longitude,
        "provider": provider,
    }
    entry = {key: value for key, value in told.items() if value is not None}
    if centre(country) is None and _COUNTRY.fullmatch(country) and country not in _WITHOUT_PLACE:
        say(f"country: {country!r} is no country of ISO 3166; write one such as IE", err=True)
        say("Nothing was changed.", err=True)
        raise typer.Exit(1)
    filled = _filled(entry)
    told_of = line("region added", region)
    try:
        changed = asyncio.run(
            add_region(database_url(database, data), {**entry, **filled}, told_of, dry_run=dry_run)
        )
    except ConfigurationError as error:
        for mistake in error.mistakes:
            place = mistake.path.removeprefix("regions[0]").removeprefix(".")
            say(f"{place}: {mistake.text}" if place else mistake.text, err=True)
        say("Nothing was changed.", err=True)
        raise typer.Exit(1) from None
    except TROUBLE as error:
        say(f"the database cannot be used: {error}; nothing was changed", err=True)
        raise typer.Exit(1) from None
    if changed is None:
        say("no configuration is in force; apply one first: outscope apply FILE", err=True)
        raise typer.Exit(1)
    _tell(describe(changed), {**entry, **filled}, filled, dry_run=dry_run)


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    """Of where the region is, what was not told and its country tells."""
    found = centre(entry["country"])
    if found is None:
        return {}
    return {name: getattr(found, name) for name in _PLACE if name not in entry}


def _tell(
    changes: list[str], entry: dict[str, Any], filled: dict[str, Any], *, dry_run: bool
) -> None:
    for change in changes:
        say(change)
    if filled:
        told = ", ".join(f"{name} {value}" for name, value in filled.items())
        say(f"    {told}: of the principal place of {entry['country']}; name the true one if not")
    if dry_run:
        return say("Nothing was changed (--dry-run).")
    written = ", ".join(f"{key}: {_yaml(value)}" for key, value in entry.items())
    say("Added. Write it into your configuration file as well, or the next apply removes it:")
    say(f"  - {{{written}}}")
    if "workers" not in entry:
        return say("A running outscope up starts its worker within seconds.")
    return say(f"Let a worker join with: outscope worker invite --region {entry['id']}")


def _yaml(value: Any) -> str:
    return plain_json.dumps(value, ensure_ascii=False)
