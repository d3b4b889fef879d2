"""Whether the coordinator, or a writer, does its work: what /healthz and /readyz say, and what the
heartbeat to the outside goes by.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from worker.contract.clock import monotonic_s, now
from worker.contract.health.serving import Address, serving
from worker.contract.health.signs import Ill, Signs, ills, stuck
from worker.contract.instant import Instant

STARTING: Final = "starting"
STANDING_BY: Final = "standing by"
WORKING: Final = "working"
LATE_MS: Final = 15_000
"""Looks are ordered, and services judged, each second; this late is ill."""
_PULSE_S: Final = 1.0


class Wellness:
    """What the process does at the moment, and how its parts say what is wrong with them."""

    def __init__(self) -> None:
        self.role = STARTING
        self._turned_s = monotonic_s()
        self._parts: Mapping[str, Ill] = {}

    def stands_by(self) -> None:
        """Somebody else works, and we would take over."""
        self.role = STANDING_BY

    def works(self, parts: Mapping[str, Ill]) -> None:
        """We work, and these parts do."""
        self.role, self._parts = WORKING, parts

    def wrong(self) -> dict[str, str]:
        """What is wrong, by part. A process that does not work yet is not well either."""
        return ills(self._ready()) if self.role == WORKING else {"role": self.role}

    def signs(self) -> Signs:
        """What is told to those who ask. A standby is ready: it would take over."""
        return Signs(self._alive, self._ready, lambda: self.role)

    @asynccontextmanager
    async def told_at(self, address: Address | None) -> AsyncIterator[None]:
        """Answer there while the block runs; ListenError when that cannot be."""
        pulse = asyncio.create_task(self._pulse())
        try:
            with serving(address, self.signs()):
                yield
        finally:
            pulse.cancel()

    async def _pulse(self) -> None:
        while True:
            self._turned_s = monotonic_s()
            await asyncio.sleep(_PULSE_S)

    def _alive(self) -> Mapping[str, Ill]:
        return {"loop": lambda: stuck(self._turned_s)}

    def _ready(self) -> Mapping[str, Ill]:
        waits = {"start": lambda: "it waits for its first configuration, or for the database"}
        return {**self._alive(), **(waits if self.role == STARTING else self._parts)}


def late(what: str, last: Callable[[], Instant | None]) -> Ill:
    """A part that is ill when what it did last was too long ago, such as `no look was ordered`."""

    def ill() -> str:
        at = last()
        if at is None:
            return f"{what} yet"
        return f"{what} for {(now() - at) / 1000:.0f} s" if now() - at > LATE_MS else ""

    return ill
