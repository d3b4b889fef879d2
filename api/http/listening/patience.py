"""How long clients are waited for, and the connections that know since when they wait."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from worker.contract.clock import monotonic_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for, and how many are served at once."""

    request_s: float = 10.0
    """From the first byte of a request (or from the connection) until the request is whole."""
    idle_s: int = 5
    """Between two requests of one connection."""
    reader_s: float = 60.0
    """While an answer waits for its reader, who takes nothing."""
    connections: int = 1_000


PATIENCE: Final = Patience()


class Watched(asyncio.Protocol):
    """Notes since when it waits for its client; `overdue` says which have waited for too long."""

    transport: Any
    waits_since_s: float | None = None
    """For the rest of a request, for the first, or for its taking the end."""
    stuck_since_s: float | None = None
    """For the reader of an answer."""

    def pause_writing(self) -> None:
        """The reader takes less than we make."""
        super().pause_writing()
        self.stuck_since_s = monotonic_s()

    def resume_writing(self) -> None:
        """The reader took what waited."""
        super().resume_writing()
        self.stuck_since_s = None

    def give_up(self) -> None:
        """Close at once: what waits for its reader is let go of."""
        self.transport.abort()

    @property
    def follows(self) -> bool:
        """Whether it is held to be told of events: of these there may be many."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """Whether nothing is asked of us at the moment."""
        raise NotImplementedError


def overdue(connections: Iterable[Any], patience: Patience, now_s: float) -> list[Watched]:
    """The connections to give up: those whose clients let us wait, and, when there are too many,
    those that ask nothing, the longest open first.
    """
    ours = [one for one in connections if isinstance(one, Watched)]
    late = [one for one in ours if _late(one, patience, now_s)]
    served = sum(not one.follows for one in ours)
    surplus = served - len(late) - patience.connections
    if surplus <= 0:
        return late
    idle = [one for one in ours if one.waits and one not in late]
    idle.sort(key=lambda one: one.waits_since_s or now_s)
    return [*late, *idle[:surplus]]


def _late(one: Watched, patience: Patience, now_s: float) -> bool:
    waits, stuck = one.waits_since_s, one.stuck_since_s
    return (waits is not None and now_s - waits > patience.request_s) or (
        stuck is not None and now_s - stuck > patience.reader_s
    )
