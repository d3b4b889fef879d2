"""`outscope notify`: try the channels, see what a message would say, and what became of each."""

import asyncio
import json as plain_json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from api.cli.options.configuration_file import load_or_exit
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from api.documents.notices import signing_keys
from api.operator import line
from coordinator.configuration import Configuration, from_document
from coordinator.domain.notifying.message import Message
from coordinator.notifying.channels import Named, channels_of
from coordinator.notifying.loop import PUBLIC_URL
from coordinator.notifying.outbound import DeliveryError
from coordinator.notifying.preview import Asked, Preview, of_an_incident, of_regions
from coordinator.notifying.signatures import new_pair
from coordinator.notifying.trial import send_trial
from coordinator.store import Store
from coordinator.store.state.standings import SIGNING
from worker.contract.clock import now

app = typer.Typer(
    help="Try who is told of incidents, and see what was said to whom.", no_args_is_help=True
)

Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A configuration file, instead of what is in force."),
]


@app.command("test")
def trial(
    name: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Of `notify` in the configuration; all without."),
    ] = None,
    config: Config = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Send a message to everybody who would be told, from here, and say what came of it."""
    configuration = load_or_exit(config) if config else with_store(database, data, _in_force)
    found = channels_of(configuration.document, os.environ)
    chosen = [one for one in found if name in (None, one.rule, one.id)]
    if not chosen:
        there = ", ".join(dict.fromkeys(one.rule for one in found)) or "nobody"
        say(f"`notify` has no {name or 'entries'}; there is {there}", err=True)
        raise typer.Exit(2)
    troubles = asyncio.run(_try_all(chosen))
    for one, trouble in zip(chosen, troubles, strict=True):
        say(f"{one.id} ({one.shown}): {f'it {trouble}' if trouble else 'sent'}")
    if any(troubles):
        raise typer.Exit(1)


@app.command()
def preview(
    incident: Annotated[str | None, typer.Option(metavar="ID", help="Of the incident.")] = None,
    workers: Annotated[
        bool, typer.Option("--workers", help="Of regions that are silent or unfit.")
    ] = False,
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="With --workers, as if this one was silent; repeatable."),
    ] = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Show what is said of an incident as it is now (with its vendor's word, announced maintenance,
    and what caused it), or of regions, and who asks for such. Nothing is sent.
    """
    if (incident is None) is not workers or (region and not workers):
        say("write --incident ID, or --workers with or without --region ID", err=True)
        raise typer.Exit(2)
    if incident is None:
        return _of_regions(region or [], database, data)
    url = os.environ.get(PUBLIC_URL, "")

    async def work(store: Store) -> Preview | None:
        found = await store.incidents.one(incident)
        if found is None:
            return None
        return await of_an_incident(store, await _in_force(store), found, now(), url)

    found = with_store(database, data, work)
    if found is None:
        say(f"there is no incident {incident}; see: outscope incidents", err=True)
        raise typer.Exit(1)
    _say_message(found.message)
    for one in found.asked:
        say(f"{one.rule}: {one.what}")
    return None


def _of_regions(regions: Sequence[str], database: str | None, data: Path | None) -> None:
    url = os.environ.get(PUBLIC_URL, "")

    async def work(store: Store) -> tuple[Collection[str], list[Asked]]:
        there = (configuration := await _in_force(store)).topology.region
        known = [one for one in regions if one in there]
        return there, await of_regions(store, configuration, known, now(), url)

    there, asked = with_store(database, data, work)
    if missing := [one for one in regions if one not in there]:
        say(f"there is no region {missing[0]}; there is {', '.join(there)}", err=True)
        raise typer.Exit(1)
    for one in asked:
        if one.message is not None:
            _say_message(one.message)
        say(f"{one.rule}: {one.what}")
    if not asked:
        say("`notify` has no entries: nobody is told of anything.")


def _say_message(message: Message) -> None:
    say(message.title)
    say("")
    for written in message.text.splitlines():
        say(written)
    say("")


@app.command()
def log(
    incident: Annotated[
        str | None, typer.Option(metavar="ID", help="Only of this incident.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """List what was said to whom, the newest first, and what became of it."""

    async def work(store: Store) -> list[dict[str, Any]]:
        return (await store.deliveries.page(incident, None, limit)).items

    found = with_store(database, data, work)
    if json:
        return say(plain_json.dumps(found, indent=2))
    if not found:
        return say("Nobody was told of anything.")
    columns = ("number", "at", "channel", "what", "state", "tries", "why")
    return show(console(), columns, map(_row, found))


@app.command()
def again(
    number: Annotated[
        int,
        typer.Argument(metavar="NUMBER", min=1, max=2**63 - 1, help="As of `outscope notify log`."),
    ],
    database: Database = None,
    data: Data = None,
) -> None:
    """Have a message delivered that was given up."""

    async def work(store: Store) -> bool:
        told = line("message sent again", str(number))
        return await store.deliveries.send_again(number, told.at, told)

    if not with_store(database, data, work):
        say(f"no message {number} was given up; see: outscope notify log", err=True)
        raise typer.Exit(1)
    say(f"{number} is on its way again.")


@app.command("new-key")
def new_key() -> None:
    """Make a key that webhooks are signed with. The private one is the line on standard output; the
    public one, for those who receive them, is told beside it.
    """
    private, public = new_pair()
    say(f"Receivers verify by {public}", err=True)
    say(private)


@app.command()
def keys(
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Show the public keys by which receivers verify webhooks: those that the coordinator signs by
    now, or with --config those that it would by a file and the environment here.
    """
    found = _keys_of(config) if config else with_store(database, data, _told)
    if json:
        return say(plain_json.dumps(signing_keys(found), indent=2))
    for channel, told in found.items():
        say("\n".join(f"{channel}: {key}" for key in told["keys"]))
    if not found:
        say("No channel signs by a key of its own; see: outscope notify new-key", err=True)
    return None


def _keys_of(config: Path) -> dict[str, dict[str, Any]]:
    channels = channels_of(load_or_exit(config).document, os.environ)
    for one in channels:
        if one.trouble:
            say(f"{one.id}: it {one.trouble}", err=True)
    return {
        one.id: {"rule": one.rule, "keys": [*one.public_keys]}
        for one in channels
        if one.public_keys
    }


async def _told(store: Store) -> dict[str, dict[str, Any]]:
    return await store.standings.all(SIGNING)


async def _in_force(store: Store) -> Configuration:
    found = await store.configurations.current()
    return from_document(found[1] if found else {})


async def _try_all(channels: Sequence[Named]) -> list[str]:
    return list(await asyncio.gather(*map(_try, channels)))


async def _try(named: Named) -> str:
    """What is wrong with the channel; empty when it took the message."""
    try:
        await send_trial(named)
    except DeliveryError as error:
        return error.why
    return ""


def _row(one: dict[str, Any]) -> list[Text]:
    return [
        plain(one["id"]),
        plain(local(one["at"])),
        plain(one["channel"]),
        plain(one["title"]),
        plain(one["state"].replace("_", " ")),
        plain(one["tries"]),
        plain(one["why"]),
    ]
