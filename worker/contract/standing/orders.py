"""The message that tells one worker what to look at while it hears nobody.

The coordinator sends it in answer to a heartbeat that tells of other standing orders, or of older
ones, to the worker's own queue, signed as an order is. Which looks it means follows from
`worker/contract/standing/schedule.py`: the very slots that the coordinator would order.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from worker.contract.instant import Instant
from worker.contract.message import IDENTIFIER, VERSION

TASK_STANDING: Final = "outscope.standing"
MOST_WORKERS: Final = 1_000
"""Of one region, that share its looks."""


class StandingOrders(BaseModel):
    """What one worker looks at from its region by itself, until a moment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = VERSION
    region: str = Field(pattern=IDENTIFIER)
    worker: str = Field(pattern=IDENTIFIER)
    issued_at: Instant
    until: Instant
    """From then on they are worth nothing."""
    checks: tuple[str, ...]
    """Each check that the region looks at: its CheckSpec as JSON text, as in an order."""
    workers: tuple[str, ...] = Field(default=(), max_length=MOST_WORKERS)
    """Who shares the region's looks; nobody else when it is empty."""
    stride: int = Field(default=1, gt=0)
    """The region looks in one slot of so many."""
    location: Mapping[str, Any] | None = None
    """Where to look from when the region is borrowed, as in an order."""

    def version(self) -> str:
        """What names their content, whenever they were issued. 16 hexadecimal digits."""
        told = [self.region, self.checks, self.workers, self.stride, self.location]
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=8).hexdigest()
