"""`outscope worker list` and `show`: who joined, and how each stands."""

import json as plain_json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Final

import typer

from api.cli.commands.worker.named import REFUSED, Name, keys_of
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from coordinator.encoding import moment
from coordinator.messaging.acl import worker_user
from coordinator.store import Store
from coordinator.store.joining.keys import WorkerKey
from worker.contract.clock import now
from worker.contract.instant import Instant, parse_rfc3339

HEARD_MS: Final = 20_000

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@dataclass(frozen=True, slots=True)
class Joined:
    """One worker that joined: its keys, and what was heard of it last."""

    keys: Sequence[WorkerKey]
    heard: Mapping[str, Any]
    at: Instant

    @property
    def state(self) -> str:
        """In one word or two."""
        live = [key for key in self.keys if key.lets_in(self.at)]
        if not live:
            return "revoked"
        if any(key.draining_at is not None for key in live):
            return "draining" if self.is_heard else "drained"
        if len(live) > 1:
            return "two keys"
        return "working" if self.is_heard else "not heard"

    @property
    def is_heard(self) -> bool:
        """Whether it was heard a moment ago."""
        told = self.heard.get("last_heard_at")
        return told is not None and self.at - parse_rfc3339(told) < HEARD_MS

    def document(self) -> dict[str, Any]:
        """All that is known, and no secret: there is none here."""
        last = self.keys[-1]
        return {
            "region": last.region,
            "worker": last.worker,
            "state": self.state,
            "user": worker_user(last.region, last.worker),
            "joined_at": moment(self.keys[0].made_at),
            "last_heard_at": self.heard.get("last_heard_at"),
            "address": self.heard.get("address"),
            "keys": [_key(key) for key in self.keys],
        }


def list_(json: Json = False, database: Database = None, data: Data = None) -> None:
    """List the workers that joined: of which region, since when, and how each stands."""
    found = list(with_store(database, data, _joined, REFUSED))
    if json:
        return say(plain_json.dumps([one.document() for one in found], indent=2))
    out = console()
    if not found:
        return out.print("No worker has joined: outscope worker invite --region REGION")
    columns = ("region", "worker", "state", "joined", "heard", "address")
    return show(out, columns, (list(map(plain, _cells(one.document()))) for one in found))


def _cells(told: Mapping[str, Any]) -> Iterator[str]:
    yield from (told["region"], told["worker"], told["state"])
    yield from (local(told[name]) if told[name] else "-" for name in ("joined_at", "last_heard_at"))
    yield told["address"] or "-"


def show_(name: Name, json: Json = False, database: Database = None, data: Data = None) -> None:
    """Show one worker that joined, with its keys."""

    async def work(store: Store) -> Joined:
        wanted = {key.id for key in keys_of(await store.worker_keys.all(), name)}
        return next(one for one in await _joined(store) if one.keys[0].id in wanted)

    told = with_store(database, data, work, REFUSED).document()
    if json:
        return say(plain_json.dumps(told, indent=2))
    for field in ("region", "worker", "state", "user", "joined_at", "last_heard_at", "address"):
        say(f"{field.replace('_at', '').replace('_', ' '):<12} {told[field] or '-'}")
    for key in told["keys"]:
        ends = f", good until {key['until']}" if key["until"] else ""
        gone = f", revoked {key['revoked_at']}" if key["revoked_at"] else ""
        at_broker = key["applied_at"] or "not yet"
        say(f"{'key':<12} made {key['made_at']}, at the broker {at_broker}{ends}{gone}")
    return None


async def _joined(store: Store) -> list[Joined]:
    heard = {(one["region"], one["worker"]): one for one in await store.workers.all()}
    groups = groupby(await store.worker_keys.all(), lambda key: (key.region, key.worker))
    at = now()
    return [Joined(list(keys), heard.get(name, {}), at) for name, keys in groups]


def _key(key: WorkerKey) -> dict[str, Any]:
    names = ("made_at", "until", "revoked_at", "draining_at", "applied_at")
    return {name: moment(getattr(key, name)) for name in names}


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"list": list_, "show": show_}
