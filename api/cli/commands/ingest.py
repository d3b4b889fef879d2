"""`outscope ingest`: messages that could not be taken in."""

import asyncio
import json as plain_json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say, shown
from api.cli.terminal.tables import console, local, plain, show
from api.operator import line
from coordinator.store import Store, StoreError, open_store


class _Ingest(TyperGroup):
    """Refuses the name that `outscope writer` had before."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[:1] == ["run"]:
            say("outscope ingest run is called outscope writer now; run that one", err=True)
            raise typer.Exit(2)
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_Ingest, help="What became of what workers sent.", no_args_is_help=True)
errors = typer.Typer(
    help=(
        "Messages that could not be taken in: they are set aside with their reason, and hold up"
        " nothing."
    ),
    no_args_is_help=True,
)
app.add_typer(errors, name="errors")

T = TypeVar("T")
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `list` shows them.")]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@errors.command("list")
def list_errors(database: Database = None, data: Data = None, json: Json = False) -> None:
    """List what was set aside, the latest first. The same message again is counted, not listed
    twice.
    """
    found = _with_store(database, data, lambda store: store.dead_letters.all())
    if json:
        return say(plain_json.dumps(found, indent=2))
    out = console()
    if not found:
        return out.print("Nothing was set aside.")
    return show(out, ("id", "last", "times", "region", "reason", "bytes", "why"), map(_line, found))


@errors.command("show")
def show_error(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    database: Database = None,
    data: Data = None,
) -> None:
    """Print a message as it came; what is known of it goes to standard error."""
    found = _with_store(database, data, lambda store: store.dead_letters.one(identifier))
    if found is None:
        say(
            f"nothing with the id {identifier!r} is set aside; see: outscope ingest errors list",
            err=True,
        )
        raise typer.Exit(1)
    told, body = found
    say(
        f"{told['reason']} from {told['region']}, {told['count']} times: {told['example']}",
        err=True,
    )
    sys.stdout.buffer.write(_printed(body) + b"\n")


def _printed(body: bytes) -> bytes:
    """The message itself for a file or a pipe; for a terminal, without what would control it."""
    if not sys.stdout.isatty():
        return body
    return shown(body.decode("utf-8", "backslashreplace")).encode()


@errors.command("retry")
def retry(
    ids: Ids = None, every: Every = False, database: Database = None, data: Data = None
) -> None:
    """Have messages read again by the coordinator, within a second or two; one that fails again
    stays set aside.
    """

    async def ask(store: Store) -> tuple[list[str], list[str]]:
        wanted = await _named(store, ids, every)
        return wanted, await store.dead_letters.retry(
            wanted, line("report read again", ", ".join(wanted))
        )

    wanted, done = _with_store(database, data, ask)
    for identifier in wanted:
        if identifier not in done:
            say(
                f"{identifier} cannot be read again: it is gone, too large, or no message any more",
                err=True,
            )
    say(f"{len(done)} of {len(wanted)} will be read again by the coordinator.")
    raise typer.Exit(0 if len(done) == len(wanted) else 1)


@errors.command("discard")
def discard(
    ids: Ids = None, every: Every = False, database: Database = None, data: Data = None
) -> None:
    """Delete messages that were set aside, for good."""

    async def delete(store: Store) -> tuple[int, int]:
        wanted = await _named(store, ids, every)
        return len(wanted), await store.dead_letters.discard(
            wanted, line("report discarded", ", ".join(wanted))
        )

    wanted, gone = _with_store(database, data, delete)
    say(f"{gone} of {wanted} were deleted.")
    raise typer.Exit(0 if gone == wanted else 1)


async def _named(store: Store, ids: list[str] | None, every: bool) -> list[str]:
    if every == bool(ids):
        say("name the messages by their ids, or say --all", err=True)
        raise typer.Exit(2)
    return [told["id"] for told in await store.dead_letters.all()] if every else list(ids or ())


def _with_store(database: str | None, data: Any, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_store(database_url(database, data)) as store:
            return await work(store)

    try:
        return asyncio.run(run())
    except StoreError as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None


def _line(told: dict[str, Any]) -> list[Any]:
    reason = f"{told['reason']} (to be read again)" if told["again"] else told["reason"]
    return [
        plain(told["id"]),
        plain(local(told["last_at"])),
        plain(str(told["count"])),
        plain(told["region"]),
        plain(reason),
        plain(f"{told['size']:,}"),
        plain(told["example"]),
    ]
