"""`outscope audit`: who did what to regions and workers."""

import json as plain_json
from typing import Annotated

import typer

from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from api.documents.audit import audited
from api.moments import moment
from coordinator.store import Store
from coordinator.store.audit import Entry
from worker.contract.clock import now
from worker.contract.instant import rfc3339


def audit(
    most: Annotated[
        int, typer.Option("--limit", min=1, max=100_000, help="At most so many lines.")
    ] = 100,
    about: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Lines about this: a region, a worker.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then on: a time, or 2h for so long ago")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Show who invited, joined, revoked and so on, and who was refused; the newest first.

    `who` is the user who called a command, or the address that asked the API. The last 300,000
    lines are kept.
    """
    try:
        begin = 0 if since is None else moment(since, now())
    except ValueError as error:
        say(f"--since: {error}", err=True)
        raise typer.Exit(2) from None

    async def work(store: Store) -> list[tuple[int, Entry]]:
        return await store.audit.latest(most, about, begin)

    found = with_store(database, data, work, 2)
    if json:
        return say(plain_json.dumps([audited(*one) for one in found], indent=2))
    out = console()
    if not found:
        return out.print("Nothing was written down.")
    rows = [(local(rfc3339(one.at)), one.who, one.what, one.about, one.source) for _, one in found]
    columns = ("at", "who", "what", "about", "from")
    return show(out, columns, (list(map(plain, row)) for row in rows))
