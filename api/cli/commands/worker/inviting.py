"""`outscope worker invite` and `rotate`: one line for the machine that is to look."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from api.cli.commands.worker.named import Name, keys_of, refuse
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.operator import line
from coordinator.configuration.duration import readable
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.joining.admission import OVERLAP_MS
from coordinator.joining.inviting import USUAL, InvitingError, invitation, noted
from coordinator.joining.meeting import STANDING, meeting_of
from coordinator.joining.token import digest_of, new_token
from coordinator.store import Store
from coordinator.store.joining.invitations import Invitation
from worker.contract.clock import now
from worker.contract.http.joining import api_address, join_line
from worker.contract.instant import rfc3339
from worker.contract.settings.address import AddressError

PUBLIC_URL: Final = "OUTSCOPE_PUBLIC_URL"

Expires = Annotated[
    str, typer.Option(metavar="DURATION", help="How long the token is good: 1s to 30d.")
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="CIDR", help="Good only from this network, or address."),
]
Url = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar=PUBLIC_URL,
        show_envvar=True,
        help="The API as the new machine reaches it, such as https://outscope.example.com.",
    ),
]
Region = Annotated[str, typer.Option(metavar="REGION", help="The region that it will look from.")]


def invite(
    region: Region,
    expires: Expires = USUAL,
    network: From = None,
    url: Url = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Print the one line that lets a new machine join as a worker of a region.

    The token in it is good once, for this region, until it expires. It is shown here and nowhere
    again: what is stored is its SHA-256. Exit code 2 when there is no such region, or no address.
    """
    api, made = _address(url), _made(region, None, expires, network)

    async def work(store: Store, told: Invitation) -> None:
        found = await store.configurations.current()
        known = [one["id"] for one in (found[1] if found else {}).get("regions", ())]
        if region not in known:
            refuse(
                f"no region {region!r} is configured: {did_you_mean(region, known)}; add it with:"
                f" outscope region add {region} --country CODE"
            )
        await store.invitations.add(told, line("worker invited", region))

    token = _invited(made, work, database, data)
    say(join_line(api, token))


def rotate(
    name: Name,
    expires: Expires = USUAL,
    network: From = None,
    url: Url = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Print the one line that gives a worker a new key, to run on its machine.

    A worker that runs goes over to the new key by itself. The old one is good for ten minutes more,
    then whoever still uses it is thrown out.
    """
    api = _address(url)
    made = _made("", name, expires, network)

    async def work(store: Store, told: Invitation) -> None:
        keys = keys_of(await store.worker_keys.all(), name)
        if not any(key.lets_in(told.made_at) for key in keys):
            refuse(f"worker {name} was revoked; remove it, and invite another")
        region, worker = keys[0].region, keys[0].worker
        about = f"{region}/{worker}"
        renewing = replace(told, region=region, worker=worker)
        await store.invitations.add(renewing, line("key rotation offered", about))

    token = _invited(made, work, database, data)
    say(
        f"Run this with the worker's --state-dir; its old key is good for {readable(OVERLAP_MS)}"
        " from then on:",
        err=True,
    )
    say(join_line(api, token, renews=True))


def _invited(
    made: Invitation, work: Callable[[Store, Invitation], Any], database: Any, data: Any
) -> str:
    """The token of an invitation that `work` stores; what else is to be known goes to standard
    error.
    """
    token = new_token()

    async def do(store: Store) -> str:
        await work(store, replace(made, digest=digest_of(token)))
        return noted(meeting_of((await store.standings.all(STANDING)).get(STANDING)))

    warned = with_store(database, data, do, 2)
    within = f" from {made.network}" if made.network else ""
    say(f"Good once, until {rfc3339(made.expires_at)}{within}.", err=True)
    if warned:
        say(f"Note: {warned}", err=True)
    return token


def _made(region: str, worker: str | None, expires: str, network: str | None) -> Invitation:
    try:
        return invitation(region, worker, expires, network, now())
    except InvitingError as error:
        return refuse(f"--{error.field}: {error}")


def _address(url: str | None, environ: Mapping[str, str] = os.environ) -> str:
    if not url:
        refuse(
            f"it is not known where the new machine reaches the API; give --url or {PUBLIC_URL},"
            " such as https://outscope.example.com"
        )
    try:
        return api_address(url)
    except AddressError as error:
        refuse(str(error))


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"invite": invite, "rotate": rotate}
