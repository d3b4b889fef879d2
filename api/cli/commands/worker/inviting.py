"""`outscope worker invite` and `rotate`: one line for the machine that is to look."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Annotated, Any, Final

import typer

from api.cli.commands.worker.named import Name, keys_of, refuse
from api.cli.options.locations import Data, Database
from api.cli.options.operator import line
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from coordinator.configuration.duration import milliseconds, readable
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.joining.admission import OVERLAP_MS
from coordinator.joining.meeting import NO_ADDRESS, STANDING, meeting_of
from coordinator.joining.token import digest_of, new_token
from coordinator.store import Store
from coordinator.store.joining.invitations import Invitation
from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.joining.asking import JoinError, api_address

PUBLIC_URL: Final = "OUTSCOPE_PUBLIC_URL"
_SHORTEST_MS: Final = 1_000
_LONGEST_MS: Final = 30 * 86_400_000

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
    expires: Expires = "1h",
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
    say(f"outscope-worker join {api} --token {token}")


def rotate(
    name: Name,
    expires: Expires = "1h",
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
    say(f"outscope-worker join {api} --token {token} --replace --only-write")


def _invited(
    made: Invitation, work: Callable[[Store, Invitation], Any], database: Any, data: Any
) -> str:
    """The token of an invitation that `work` stores; what else is to be known goes to standard
    error.
    """
    token = new_token()

    async def do(store: Store) -> str:
        await work(store, replace(made, digest=digest_of(token)))
        meeting = meeting_of((await store.standings.all(STANDING)).get(STANDING))
        if meeting is None:
            return "start the coordinator before it is used: it lets workers in"
        if not meeting.broker:
            return NO_ADDRESS
        return f"it can be used on this machine alone: {NO_ADDRESS}" if meeting.is_here else ""

    warned = with_store(database, data, do, 2)
    within = f" from {made.network}" if made.network else ""
    say(f"Good once, until {rfc3339(made.expires_at)}{within}.", err=True)
    if warned:
        say(f"Note: {warned}", err=True)
    return token


def _made(region: str, worker: str | None, expires: str, network: str | None) -> Invitation:
    try:
        span_ms = milliseconds(expires)
    except ValueError as error:
        refuse(f"--expires: {error}")
    if not _SHORTEST_MS <= span_ms <= _LONGEST_MS:
        refuse(f"--expires {expires} is not from 1s to 30d")
    at = now()
    return Invitation(0, "", region, worker, _network(network), at, at + span_ms)


def _network(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        return refuse(f"--from {text[:60]!r} is no network; {_meant(text)}")


def _meant(text: str) -> str:
    try:
        return f"did you mean {ip_network(text.strip(), strict=False)}?"
    except ValueError:
        return "write one such as 203.0.113.0/24 or 2001:db8::/48, or an address"


def _address(url: str | None, environ: Mapping[str, str] = os.environ) -> str:
    if not url:
        refuse(
            f"it is not known where the new machine reaches the API; give --url or {PUBLIC_URL},"
            " such as https://outscope.example.com"
        )
    try:
        return api_address(url)
    except JoinError as error:
        refuse(str(error))


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"invite": invite, "rotate": rotate}
