"""`outscope maintenance`: announce maintenance, see what is announced, and cancel it."""

import json as plain_json
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.text import Text

from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from api.operator import line, who
from coordinator.circumstances.announcing import (
    AnnouncementError,
    announce,
    announcement_from,
    upcoming,
)
from coordinator.store import Store
from worker.contract.clock import now
from worker.contract.instant import rfc3339

app = typer.Typer(help="Announce maintenance: looks go on, messages wait.", no_args_is_help=True)

Texts = list[str] | None


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="ID", help="What it is called by: a short id.")],
    begins: Annotated[
        str, typer.Option("--from", metavar="TIME", help="Such as 2026-12-06T02:00; Z for UTC.")
    ],
    until: Annotated[str | None, typer.Option(metavar="TIME", help="When it ends.")] = None,
    lasts: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="Such as 2h; instead.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="By whose clocks, such as Europe/Berlin; UTC without.")
    ] = None,
    repeat: Annotated[
        str | None, typer.Option(metavar="RULE", help="Of RFC 5545: FREQ=WEEKLY;BYDAY=SU.")
    ] = None,
    service: Annotated[
        Texts, typer.Option(metavar="ID", help="Or SERVICE/COMPONENT; all without. Repeatable.")
    ] = None,
    region: Annotated[
        Texts, typer.Option(metavar="ID", help="Only what is seen from it. Repeatable.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Announce a window, once or by a rule."""
    given = {
        "id": name,
        "title": title,
        "from": begins,
        "until": until,
        "for": lasts,
        "zone": zone,
        "repeat": repeat,
        "services": service or None,
        "regions": region or None,
    }
    try:
        entry = announcement_from({key: one for key, one in given.items() if one is not None})
    except ValidationError as error:
        for one in error.errors():
            place = ".".join(map(str, one["loc"]))
            sentence = one["msg"].removeprefix("Value error, ")
            say(f"{place}: {sentence}" if place else sentence, err=True)
        raise typer.Exit(2) from None

    async def work(store: Store) -> tuple[list[str], str | None]:
        try:
            told = line("maintenance announced", name)
            return await announce(store, entry, who(), now(), told), None
        except AnnouncementError as error:
            return [], str(error)

    notes, trouble = with_store(database, data, work)
    if trouble is not None:
        say(trouble, err=True)
        raise typer.Exit(2)
    for note in notes:
        say(note)


@app.command("list")
def listed(
    days: Annotated[int, typer.Option(min=1, max=31, help="So many days ahead.")] = 31,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """List what goes on and what comes, whoever announced it."""

    async def work(store: Store) -> list[dict[str, Any]]:
        return [one.to_document() for one in await upcoming(store, now(), days)]

    found = with_store(database, data, work)
    if json:
        return say(plain_json.dumps(found, indent=2))
    if not found:
        return say("Nothing is announced.")
    return show(console(), ("from", "until", "what", "of", "by", "id"), map(_row, found))


@app.command()
def cancel(
    name: Annotated[str, typer.Argument(metavar="ID", help="As of `outscope maintenance add`.")],
    database: Database = None,
    data: Data = None,
) -> None:
    """Let a window not come any more; one that goes on ends now. Those of the configuration are
    changed there.
    """
    at = now()

    async def work(store: Store) -> bool:
        return await store.maintenance.cancel(name, at, line("maintenance cancelled", name))

    if not with_store(database, data, work):
        say(f"no operator announced {name}; see: outscope maintenance list", err=True)
        raise typer.Exit(1)
    say(f"{name} does not come any more, from {local(rfc3339(at))} on.")


def _row(one: dict[str, Any]) -> list[Text]:
    return [
        plain(local(one["since"])),
        plain(local(one["until"])),
        plain(one["title"]),
        plain(", ".join(one["services"]) or "everything"),
        plain(one["source"]),
        plain(one["window"]),
    ]
