"""Who gets what comes in for a worker, whichever way it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who gets what comes in, each with its signature, if any. `order`, which is also told when it
    expires, may block; `consumed` is told of every message and must not.
    """

    holding: Callable[[], bool]
    """Whether the coordinator's time is not known yet, so that nobody can say what has expired."""
    arrived: Callable[[Any, Any], None]
    """Told of an order before anything else, so that its age is known."""
    now: Callable[[], Instant]
    """The clock by which an order expires: the coordinator's, who said when."""
    order: Callable[[Any, Any, Instant | None], None]
    receipt: Callable[[Any, Any], None]
    standing: Callable[[Any, Any], None]
    expired: Callable[[Any, Any], None]
    consumed: Callable[[], None]
