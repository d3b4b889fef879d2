"""`outscope region`: add a region; take one out that can be trusted no more, strike what it
claimed, and let it in again.
"""

from typing import Annotated, Any

import typer

from api.cli.commands.region.adding import add
from api.cli.commands.region.striking import strike, strikes, unstrike
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.operator import line
from coordinator.store import Store
from coordinator.store.state.standings import QUARANTINE
from worker.contract.clock import now
from worker.contract.instant import rfc3339

app = typer.Typer(
    help="Add a region; take one out, strike what it claimed, let it in.",
    no_args_is_help=True,
)

Region = Annotated[str, typer.Argument(metavar="REGION", help="As `outscope regions` shows it.")]


@app.command()
def quarantine(
    region: Region,
    reason: Annotated[str, typer.Option(help="Why, in a few words; shown with the region.")] = "",
    database: Database = None,
    data: Data = None,
) -> None:
    """Take a region out: from the next seconds on its reports are dropped and counted, its workers
    get no receipts, and it does not vote.

    It works on the database, with the coordinator running or not. What was stored stays.
    """

    async def put(store: Store) -> bool:
        if region not in await _configured(store):
            return False
        told = {"region": region, "at": rfc3339(now()), "reason": reason[:200]}
        await store.standings.put(QUARANTINE, region, now(), told)
        await store.audit.add(line("region quarantined", region))
        return True

    if not with_store(database, data, put):
        say(f"no region {region} is configured", err=True)
        raise typer.Exit(1)
    say(f"{region} is in quarantine; let it in again with: outscope region release {region}")


@app.command()
def release(region: Region, database: Database = None, data: Data = None) -> None:
    """Let a region in again: what its workers kept is sent and stored, and it votes."""

    async def remove(store: Store) -> bool:
        stood = await store.standings.remove(QUARANTINE, region)
        if stood:
            await store.audit.add(line("region released", region))
        return stood

    if not with_store(database, data, remove):
        say(f"{region} is not in quarantine", err=True)
        raise typer.Exit(1)
    say(f"{region} is in again.")


async def _configured(store: Store) -> set[str]:
    found = await store.configurations.current()
    document: dict[str, Any] = found[1] if found else {}
    return {region["id"] for region in document.get("regions", ())}


app.command()(add)
app.command()(strike)
app.command()(unstrike)
app.command()(strikes)
