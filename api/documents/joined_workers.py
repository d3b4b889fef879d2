"""Workers that joined by an invitation, and their keys."""

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Time
from coordinator.encoding import moment
from coordinator.joining.joined import Joined
from coordinator.store.joining.keys import WorkerKey
from worker.contract.instant import rfc3339

StandingWord = Literal[
    "working", "not heard", "other version", "two keys", "draining", "drained", "revoked"
]


class KeyView(TypedDict):
    """A key of a worker; its secret only the worker has."""

    made_at: Time
    until: Annotated[Time | None, Field(description="its end, when another took its place")]
    revoked_at: Time | None
    draining_at: Annotated[Time | None, Field(description="since when its worker is to leave")]
    applied_at: Annotated[Time | None, Field(description="when the broker was told of it")]


class JoinedWorker(TypedDict):
    """A worker that joined, and how it stands."""

    region: str
    worker: str
    state: Annotated[
        StandingWord,
        Field(
            description="`other version`: too far from the one here, `skew` says how; `two keys`:"
            " its key was renewed, and the old one is still good; `drained`: it was told to leave,"
            " and is not heard any more"
        ),
    ]
    skew: Annotated[str, Field(description="why its version is too far; else empty")]
    joined_at: Time
    keys: list[KeyView]


class JoinedWorkers(TypedDict):
    """All of them, by region and name."""

    items: list[JoinedWorker]


def joined_worker(one: Joined) -> JoinedWorker:
    """One of them as a document."""
    return {
        "region": one.region,
        "worker": one.worker,
        "state": cast("StandingWord", one.state),
        "skew": one.skew,
        "joined_at": rfc3339(one.keys[0].made_at),
        "keys": [_key(key) for key in one.keys],
    }


def _key(key: WorkerKey) -> KeyView:
    return {
        "made_at": rfc3339(key.made_at),
        "until": moment(key.until),
        "revoked_at": moment(key.revoked_at),
        "draining_at": moment(key.draining_at),
        "applied_at": moment(key.applied_at),
    }
