"""`outscope worker list` and `show`: who joined, and how each stands."""

import json as plain_json
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from api.cli.commands.worker.named import REFUSED, Name, keys_of
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from coordinator.encoding import moment
from coordinator.joining.joined import Joined, joined
from coordinator.messaging.acl import worker_user
from coordinator.store import Store
from coordinator.store.joining.keys import WorkerKey
from worker.contract.clock import now

_FIELDS: Final = (
    "region",
    "worker",
    "state",
    "user",
    "joined_at",
    "last_heard_at",
    "address",
    "version",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


def _document(one: Joined) -> dict[str, Any]:
    """All that is known, and no secret: there is none here."""
    return {
        "region": one.region,
        "worker": one.worker,
        "state": one.state,
        "user": worker_user(one.region, one.worker),
        "joined_at": moment(one.keys[0].made_at),
        "last_heard_at": one.heard.get("last_heard_at"),
        "address": one.heard.get("address"),
        "version": one.version or None,
        "skew": one.skew,
        "keys": [_key(key) for key in one.keys],
    }


def list_(json: Json = False, database: Database = None, data: Data = None) -> None:
    """List the workers that joined: of which region, since when, and how each stands."""
    found = list(with_store(database, data, _joined, REFUSED))
    if json:
        return say(plain_json.dumps([_document(one) for one in found], indent=2))
    out = console()
    if not found:
        return out.print("No worker has joined: outscope worker invite --region REGION")
    columns = ("region", "worker", "state", "version", "joined", "heard", "address")
    show(out, columns, (list(map(plain, _cells(_document(one)))) for one in found))
    for one in found:
        if one.skew and one.is_heard:
            say(f"{one.about}: {one.skew}.")
    return None


def _cells(told: Mapping[str, Any]) -> Iterator[str]:
    yield from (told["region"], told["worker"], told["state"], told["version"] or "-")
    yield from (local(told[name]) if told[name] else "-" for name in ("joined_at", "last_heard_at"))
    yield told["address"] or "-"


def show_(name: Name, json: Json = False, database: Database = None, data: Data = None) -> None:
    """Show one worker that joined, with its keys."""

    async def work(store: Store) -> Joined:
        wanted = {key.id for key in keys_of(await store.worker_keys.all(), name)}
        return next(one for one in await _joined(store) if one.keys[0].id in wanted)

    told = _document(with_store(database, data, work, REFUSED))
    if json:
        return say(plain_json.dumps(told, indent=2))
    for field in _FIELDS:
        say(f"{field.replace('_at', '').replace('_', ' '):<12} {told[field] or '-'}")
    for key in told["keys"]:
        ends = f", good until {key['until']}" if key["until"] else ""
        gone = f", revoked {key['revoked_at']}" if key["revoked_at"] else ""
        at_broker = key["applied_at"] or "not yet"
        say(f"{'key':<12} made {key['made_at']}, at the broker {at_broker}{ends}{gone}")
    return None


async def _joined(store: Store) -> list[Joined]:
    return joined(await store.worker_keys.all(), await store.workers.all(), now())


def _key(key: WorkerKey) -> dict[str, Any]:
    names = ("made_at", "until", "revoked_at", "draining_at", "applied_at")
    return {name: moment(getattr(key, name)) for name in names}


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"list": list_, "show": show_}
