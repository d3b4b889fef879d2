"""The users of joined workers at a RabbitMQ server, kept as they should be: the coordinator makes
and removes them itself, each with the rights of one worker.

A user there has one password, so each key is a user of its own: while a key replaces another,
both are let in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

from coordinator.messaging.acl import WORKERS
from coordinator.messaging.rabbitmq.management import Management, management_of
from worker.contract.http.joining import rabbitmq_user
from worker.contract.instant import Instant
from worker.contract.message import (
    echo_queue,
    own_reports_queue,
    probes_queue,
    worker_queue,
)
from worker.contract.settings.rabbitmq import EXCHANGE, vhost_of

CONNECTIONS: Final = 8
"""A worker has three; another three while it begins anew."""
CHANNELS: Final = 32
_ALGORITHM: Final = "rabbit_password_hashing_sha256"


@dataclass(frozen=True, slots=True)
class User:
    """One key of a worker: its salted hash, as the server keeps it."""

    region: str
    worker: str
    salted: str


Users = Mapping[str, User]


class Key(Protocol):
    """What is to be known of a worker's key."""

    @property
    def region(self) -> str:
        """Its worker's."""

    @property
    def worker(self) -> str:
        """Its worker's name."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the secret."""

    @property
    def salted(self) -> str:
        """The hash that this server compares; empty where none was told."""

    def lets_in(self, at: Instant) -> bool:
        """Whether it is good at a moment."""


def users_of(keys: Iterable[Key], at: Instant, _number: int) -> dict[str, User]:
    """The users that are to be at the server at a moment, by these keys. One that joined at a
    server of another kind has none here.
    """
    return {
        rabbitmq_user(key.region, key.worker, key.digest): User(key.region, key.worker, key.salted)
        for key in keys
        if key.lets_in(at) and key.salted
    }


class RabbitUsers:
    """Sees to it that exactly the users that are wanted are let in as workers of this virtual host.
    `apply` blocks, and belongs to one thread. OSError when the server is away.
    """

    def __init__(self, broker: str, management: str = "") -> None:
        self._told = management
        self._applied: Users = {}
        self.use(broker)

    def use(self, broker: str) -> None:
        """Go another way from the next `apply` on."""
        self._server = Management(broker, management_of(broker, self._told))
        self._vhost = vhost_of(broker)

    def close(self) -> None:
        """Nothing is held between two times."""

    def apply(self, wanted: Users) -> int:
        """Bring the users of the server to what is wanted; how many had to be changed.
        ForbiddenError when we may not.
        """
        there = self._listed()
        gone = [name for name in there if name not in wanted]
        wrong = [
            name
            for name, user in wanted.items()
            if there.get(name) != user.salted or name not in self._applied
        ]
        for name in gone:
            self._remove(name)
        for name in wrong:
            self._give(name, wanted[name])
        for user in map(_named, gone):
            if not _has(wanted, user):
                self._forget(user)
        self._applied = dict(wanted)
        changed = [name for name in wrong if there.get(name) != wanted[name].salted]
        return len(gone) + len(changed)

    def _listed(self) -> dict[str, str]:
        """The hash of each user that is ours."""
        found: list[dict[str, Any]] = self._server.ask("GET", "/api/users") or []
        return {
            one["name"]: one["password_hash"]
            for one in found
            if one["name"].startswith(WORKERS) and self._tag in one["tags"]
        }

    @property
    def _tag(self) -> str:
        """What marks a user as one of this virtual host; it gives no rights."""
        return f"outscope:{self._vhost}"

    def _remove(self, name: str) -> None:
        """End a user, and with it its connections."""
        self._server.ask("DELETE", f"/api/users/{quote(name)}")
        self._server.ask("DELETE", f"/api/connections/username/{quote(name)}")

    def _give(self, name: str, user: User) -> None:
        """First the rights, then the password: it is never let in with more than its own."""
        ask, at = self._server.ask, f"{quote(self._vhost, safe='')}/{quote(name)}"
        ask("PUT", f"/api/users/{quote(name)}", {"password_hash": "", "tags": self._tag})
        ask("PUT", f"/api/permissions/{at}", _permissions(user))
        ask("PUT", f"/api/topic-permissions/{at}", _topics(user))
        for limit, most in (("max-connections", CONNECTIONS), ("max-channels", CHANNELS)):
            ask("PUT", f"/api/user-limits/{quote(name)}/{limit}", {"value": most})
        told = {"password_hash": user.salted, "hashing_algorithm": _ALGORITHM, "tags": self._tag}
        ask("PUT", f"/api/users/{quote(name)}", told)

    def _forget(self, user: User) -> None:
        """Delete the queues of a worker that is let in no more."""
        vhost = quote(self._vhost, safe="")
        for name in _queues(user):
            self._server.ask("DELETE", f"/api/queues/{vhost}/{quote(name)}")


def _named(name: str) -> User:
    """The worker whose user is called so."""
    _, region, worker, *_rest = name.split(".")
    return User(region, worker, "")


def _queues(user: User) -> tuple[str, ...]:
    region, worker = user.region, user.worker
    return (
        worker_queue(region, worker),
        echo_queue(region, worker),
        own_reports_queue(region, worker),
    )


def _permissions(user: User) -> dict[str, str]:
    """By names of exchanges and queues: it makes none, publishes to our exchange, and consumes
    from its own queues and the orders of its region.
    """
    own, echoes, _ = _queues(user)
    return {
        "configure": "^$",
        "write": f"^{EXCHANGE}$",
        "read": _one_of(probes_queue(user.region), own, echoes),
    }


def _topics(user: User) -> dict[str, str]:
    """By routing keys: its own reports and echoes."""
    _, echoes, reports = _queues(user)
    return {"exchange": EXCHANGE, "write": _one_of(reports, echoes), "read": "^$"}


def _one_of(*names: str) -> str:
    return f"^({'|'.join(map(re.escape, names))})$"


def _has(users: Users, user: User) -> bool:
    return any((one.region, one.worker) == (user.region, user.worker) for one in users.values())
