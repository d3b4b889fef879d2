"""How a worker joins: what it asks of `POST /v1/join`, and what it is answered.

The worker makes its secret itself and tells only the SHA-256 of it, which is what Redis and Valkey
compare passwords with; so nobody but the worker ever holds what opens the broker.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from worker.contract.instant import Instant
from worker.contract.message import IDENTIFIER

PATH: Final = "/v1/join"
TOKEN_PREFIX: Final = "osj_"  # noqa: S105 - the beginning of every token, no secret
MOST_BYTES: Final = 4_096
"""A request is no longer."""
SHA256: Final = r"^[0-9a-f]{64}$"


class JoinRequest(BaseModel):
    """A token, and the SHA-256 of the secret that the worker made. `at` is the worker's own clock
    in milliseconds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: Annotated[str, Field(min_length=1, max_length=200)]
    secret_sha256: Annotated[str, Field(pattern=SHA256)]
    at: Instant
    name: Annotated[str, Field(pattern=IDENTIFIER)] | None = None


class JoinAnswer(BaseModel):
    """What the worker is from now on: of which region, by what name, as which user of which
    broker, by whose authority (PEM, empty for the public ones), and whom to obey.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    region: Annotated[str, Field(pattern=IDENTIFIER)]
    worker: Annotated[str, Field(pattern=IDENTIFIER)]
    user: Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,140}$")]
    broker: str
    broker_ca: str
    coordinator_key: str
