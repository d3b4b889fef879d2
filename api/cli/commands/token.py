"""`outscope token`: who may ask the HTTP API, and what."""

import json as plain_json
from collections.abc import Iterator, Sequence
from typing import Annotated, NoReturn

import typer

from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from api.documents.tokens import token_view
from api.operator import line, who
from coordinator.access.minting import NEVER, USUAL, TokenError, minted, wanted
from coordinator.access.scopes import MEANING, Scope
from coordinator.access.token import identifier_of, new_token
from coordinator.store import Store
from coordinator.store.access.tokens import AccessToken
from worker.contract.clock import now
from worker.contract.instant import rfc3339

app = typer.Typer(
    help="Let programs and people ask the HTTP API, and end it.", no_args_is_help=True
)

_SCOPES = "; ".join(f"{scope} {meaning}" for scope, meaning in MEANING.items())


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="By which you will know it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help=f"What it may do; repeatable. {_SCOPES}."),
    ] = None,
    expires: Annotated[
        str, typer.Option(metavar="DURATION", help=f"How long it is good: 1s to 3660d, or {NEVER}.")
    ] = USUAL,
    network: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="CIDR", help="Good only from there; repeatable."),
    ] = None,
    database: Database = None,
    data: Data = None,
) -> None:
    """Print a new token of the HTTP API; without --scope it reads.

    It is shown here and nowhere again: what is stored is its SHA-256. Programs send it as
    `Authorization: Bearer os_...`, our own commands take it from OUTSCOPE_TOKEN.
    """
    try:
        asked = wanted(name, scope or [Scope.READ], expires, network or ())
    except TokenError as error:
        _refuse(f"{_OPTIONS[error.field]}: {error}")
    text, token = minted(asked, who(), now())
    about = f"{token.name} ({token.id}): {', '.join(token.scopes)}"
    with_store(
        database, data, lambda store: store.tokens.add(token, line("token created", about)), 2
    )
    until = "until it is revoked" if token.expires_at is None else rfc3339(token.expires_at)
    whence = f", from {', '.join(token.networks)}" if token.networks else ""
    say(f"Good for {', '.join(token.scopes)}: {until}{whence}. Its id is {token.id}.", err=True)
    say(text)


@app.command()
def new() -> None:
    """Print a token that nobody knows yet, for OUTSCOPE_ADMIN_TOKEN of the API: a first
    administrator, where no command can be run beside it.
    """
    say(new_token())


@app.command("list")
def list_tokens(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Show all tokens: what each may do, until when, and when and from how many addresses it was
    used; never the tokens themselves.
    """
    found = with_store(database, data, lambda store: store.tokens.all(), 2)
    if json:
        return say(plain_json.dumps([token_view(one) for one in found], indent=2))
    out = console()
    if not found:
        return out.print("There is no token; make one with: outscope token create NAME")
    rows = (list(map(plain, _row(one))) for one in found)
    return show(out, ("id", "name", "scopes", "from", "state", "used"), rows)


@app.command()
def revoke(
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="Its id, its name if no other has it, or itself.")
    ],
    database: Database = None,
    data: Data = None,
) -> None:
    """End a token: from the next request on it lets nobody in."""

    async def work(store: Store) -> str:
        found = _named(await store.tokens.all(), token)
        about = f"{found.name} ({found.id})"
        told = line("token revoked", about)
        done = await store.tokens.revoke(found.id, told.at, told)
        return f"{about} is revoked" if done else f"{about} was revoked before"

    say(with_store(database, data, work, 2))


def _named(tokens: Sequence[AccessToken], told: str) -> AccessToken:
    by_id = [one for one in tokens if one.id in (told, identifier_of(told))]
    found = by_id or [one for one in tokens if one.name == told and one.revoked_at is None]
    if not found:
        _refuse("there is no such token; outscope token list shows them")
    if len(found) > 1:
        _refuse(f"{len(found)} tokens have that name: {', '.join(one.id for one in found)}")
    return found[0]


def _row(token: AccessToken) -> Iterator[str]:
    yield token.id
    yield token.name
    yield ", ".join(token.scopes)
    yield ", ".join(token.networks) or "anywhere"
    yield _state(token)
    used = token.last_used_at
    yield (
        f"{local(rfc3339(used))}, {token.uses} times from {token.addresses}" if used else "never"
    )


def _state(token: AccessToken) -> str:
    if token.revoked_at is not None:
        return f"revoked {local(rfc3339(token.revoked_at))}"
    if token.expires_at is None:
        return "good"
    word = "expired" if token.expires_at <= now() else "good until"
    return f"{word} {local(rfc3339(token.expires_at))}"


_OPTIONS = {"name": "NAME", "scopes": "--scope", "expires": "--expires", "networks": "--from"}


def _refuse(sentence: str) -> NoReturn:
    say(sentence, err=True)
    raise typer.Exit(2)
