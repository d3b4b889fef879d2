"""Who asks: a worker, by its user and secret at the broker."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from coordinator.messaging.acl import WORKERS, worker_user
from coordinator.relay.refusals import key_refused

_NO_KEY: Final = (
    "there is no key of a worker with this request; it is outscope-worker that asks here, once it"
    " joined"
)
_MOST: Final = 600


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a worker's key. `digest` is the SHA-256 of the secret, as the table of keys
    has it.
    """

    region: str
    worker: str
    secret: str = field(repr=False)
    digest: str = field(repr=False)

    @property
    def user(self) -> str:
        """Its user at the broker."""
        return worker_user(self.region, self.worker)


def holder_of(authorization: str) -> Holder:
    """Who an `Authorization` header names; RelayError when it names no worker."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic" or len(given) > _MOST:
        raise key_refused(_NO_KEY)
    try:
        user, _, secret = b64decode(given.strip(), validate=True).decode("ascii").partition(":")
    except (Error, ValueError):
        raise key_refused(_NO_KEY) from None
    region, _, worker = user.removeprefix(WORKERS).partition(".")
    if not (user.startswith(WORKERS) and region and worker and secret):
        raise key_refused(_NO_KEY)
    return Holder(region, worker, secret, sha256(secret.encode()).hexdigest())
