"""How a worker joins: what it asks of `POST /v1/join`, and what it is answered.

The worker makes its secret itself and tells only hashes of it: the SHA-256, which is what Redis and
Valkey compare passwords with, and one with a salt, as RabbitMQ does. So nobody but the worker ever
holds what opens the broker.
"""

import secrets
from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from worker.contract.instant import Instant
from worker.contract.message import IDENTIFIER
from worker.contract.settings.address import AddressError, echoed, is_loopback

PATH: Final = "/v1/join"
TOKEN_PREFIX: Final = "osj_"  # noqa: S105 - the beginning of every token, no secret
MOST_BYTES: Final = 4_096
"""A request is no longer."""
SHA256: Final = r"^[0-9a-f]{64}$"


def api_address(url: str) -> str:
    """The address of an API that a token may be sent to; AddressError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressError(
            f"{echoed(url)} is no address; write https://outscope.example.com"
        ) from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or parts.query:
        raise AddressError(
            f"{echoed(url)} is no address of an API; write https://outscope.example.com"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise AddressError(
            f"{echoed(url)} is without TLS, and whoever is on the way could read the token and take"
            " the worker's place; write https:// (http:// is for this machine's own address only)"
        )
    return url.rstrip("/")


def join_line(api: str, token: str, *, renews: bool = False) -> str:
    """What is to be run on the machine that joins."""
    line = f"outscope-worker join {api} --token {token}"
    return f"{line} --replace --only-write" if renews else line


def salted(secret: str) -> str:
    """The hash of a secret that RabbitMQ compares: four bytes of salt, and the SHA-256 of these and
    the secret, in base64.
    """
    salt = secrets.token_bytes(4)
    return b64encode(salt + sha256(salt + secret.encode()).digest()).decode("ascii")


def rabbitmq_user(region: str, worker: str, digest: str) -> str:
    """The user at RabbitMQ of the key with this digest: each key has one, for a user there has one
    password.
    """
    return f"worker.{region}.{worker}.{digest[:8]}"


class JoinRequest(BaseModel):
    """A token, and the SHA-256 of the secret that the worker made. `at` is the worker's own clock
    in milliseconds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: Annotated[str, Field(min_length=1, max_length=200)]
    secret_sha256: Annotated[str, Field(pattern=SHA256)]
    secret_salted: Annotated[str, Field(pattern=r"^([A-Za-z0-9+/]{48})?$")] = ""
    """As RabbitMQ keeps it; workers of older versions tell none."""
    at: Instant
    name: Annotated[str, Field(pattern=IDENTIFIER)] | None = None
    relays: bool = False
    """Whether this worker can go by a relay, and so may be told of no broker."""
    needs_relay: bool = False
    """Whether it goes by a relay alone."""


class JoinAnswer(BaseModel):
    """What the worker is from now on: of which region, by what name, as which user of which
    broker, by whose authority (PEM, empty for the public ones), and whom to obey.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    region: Annotated[str, Field(pattern=IDENTIFIER)]
    worker: Annotated[str, Field(pattern=IDENTIFIER)]
    user: Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,150}$")]
    broker: str
    broker_ca: str
    coordinator_key: str
    relay: str = ""
    """The relay's address: `here` for the API's own, else a URL; empty when there is none. With it,
    `broker` may be empty: where workers go by the relay alone.
    """
