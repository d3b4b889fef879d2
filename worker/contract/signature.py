"""How the coordinator signs what it sends to workers, so that nobody else can order a look or take
a report off a worker's hands.

A message has its signature beside it, as the keyword argument `signed` of its task; a worker that
pins no key reads past it. What is signed is not the message alone but also its task, the queue that
it was meant for and the moment from which it is worth nothing: so it is of no use in another
region, to another worker, as another task, or later.
"""

import json
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from worker.contract.instant import Instant

SIGNED: Final = "signed"
"""The keyword argument."""
_PURPOSE: Final = b"outscope message 1\n"
"""A signature under this is one of messages, whatever else the key may sign one day."""


class Signature(BaseModel):
    """Where a message was meant for, until when, and the signature (Ed25519, base64) of it all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: str = Field(max_length=300)
    until: Instant
    by: str = Field(max_length=100)


def signed_bytes(task: str, to: str, until: Instant, message: Any) -> bytes:
    """The bytes that are signed: canonical JSON, so that it does not matter how the broker's client
    wrote the message. ValueError for what JSON cannot say.
    """
    said = [task, to, until, message]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return _PURPOSE + text.encode("ascii")
