"""`outscope broker`: who may do what at the broker."""

import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options.configuration_file import load_or_exit
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from coordinator.messaging.acl import COORDINATOR, broker_acl
from coordinator.runtime.durable import writing
from coordinator.store import Store
from coordinator.upkeep.users_loop import users_of
from worker.contract.clock import now

app = typer.Typer(help="Who may do what at the broker.", no_args_is_help=True)


@app.callback()
def _broker() -> None:
    """A group even with one command."""


@app.command()
def acl(
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Regions as of this configuration; else as of the database."
        ),
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=(
                "A folder with a file for each user, named as it, that holds its password; one that"
                " is missing is made. Without it you are asked for each."
            ),
        ),
    ] = None,
    worker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REGION=NAME",
            help=(
                "A worker, again and again: a region with named workers has keys for these and no"
                " others."
            ),
        ),
    ] = None,
    number: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="The number of the server's database, as at the end of the URLs of the broker.",
        ),
    ] = 0,
    joining: Annotated[
        bool,
        typer.Option(
            "--joining",
            help=(
                "Only the coordinator, which lets workers in itself as they join; regions need no"
                " users of their own."
            ),
        ),
    ] = False,
    whole: Annotated[
        bool,
        typer.Option(
            "--print",
            help=(
                "The coordinator without the right to change users, and all workers that joined, as"
                " it would let them in: for a server where it may not. Again after each join,"
                " rotation and revocation."
            ),
        ),
    ] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Print the access list for the broker, ready for its `aclfile`: a user for each region and one
    for the coordinator; nobody else gets in but workers that join.

    The list holds no password, only what they are compared with.
    """
    password = _asked if passwords is None else _kept(passwords)
    try:
        own = password(COORDINATOR)
        if joining or whole:
            regions = []
        elif config is not None:
            regions = [region.id for region in load_or_exit(config).topology.regions]
        else:
            regions = with_store(database, data, _configured)
        passwords_of = {name: password(name) for name in regions}
        lines = broker_acl(passwords_of, own, _workers(worker or ()), number, manages=not whole)
        joined = with_store(database, data, _joined(number)) if whole else []
        lines += joined
    except (OSError, ValueError) as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None
    say("\n".join(lines))


def _joined(number: int) -> Callable[[Store], Awaitable[list[str]]]:
    """The lines of the workers that joined."""

    async def lines(store: Store) -> list[str]:
        users = users_of(await store.worker_keys.all(), now(), number)
        return [f"user {name} {' '.join(rules)}" for name, rules in users.items()]

    return lines


async def _configured(store: Store) -> list[str]:
    found = await store.configurations.current()
    if found is None:
        say("no configuration is in force; name one with --config", err=True)
        raise typer.Exit(1)
    return [region["id"] for region in found[1].get("regions", ())]


def _asked(user: str) -> str:
    return str(typer.prompt(f"Password of {user}", hide_input=True, err=True))


def _kept(folder: Path) -> Callable[[str], str]:
    """The password of a user from its file, which is made when it is not there."""

    def password(user: str) -> str:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / user
        if not path.exists():
            with (
                suppress(FileExistsError),  # another process was first
                writing(path, overwrite=False, mode=0o600) as file,
            ):
                file.write(f"{secrets.token_urlsafe(24)}\n".encode())
        return path.read_text(encoding="utf-8").strip()

    return password


def _workers(named: Sequence[str]) -> dict[str, list[str]]:
    workers: dict[str, list[str]] = defaultdict(list)
    for text in named:
        region, _, name = text.partition("=")
        if not region or not name:
            say(f"--worker {text!r} is not REGION=NAME, such as eu-west=eu-west-1", err=True)
            raise typer.Exit(2)
        workers[region].append(name)
    return workers
