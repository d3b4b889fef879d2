"""What is seen from outside while an attack goes on, several times a second."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from coordinator.store import Store
from tests.api.process import ApiProcess
from tests.e2e.attack.attacker import REGION
from worker.contract.clock import now
from worker.contract.result import Result

EVERY_S = 0.2


@dataclass(slots=True)
class Witness:
    """Looks at the store, the broker and the API."""

    store: Store
    broker: Redis
    api: ApiProcess
    results: dict[str, Result] = field(default_factory=dict)
    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By region: how long it took from the end of a look until its result was seen in the
    store, which is no less than from when it was sent.
    """
    heard_s: dict[str, float] = field(default_factory=dict)
    """By region: when a result of it was last seen."""
    silent_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By region: the longest time without a new result."""
    own_s: float = 0.0
    """When a true result of the attacker's region was last seen."""
    broker_bytes: int = 0
    scopes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    """How far it was said to reach, and the regions."""
    _since: int = field(default_factory=now)

    def begin(self) -> None:
        """Forget what was measured so far."""
        self.took_s.clear()
        self.silent_s.clear()
        self.scopes.clear()
        self.broker_bytes = 0

    async def watch(self, stopping: asyncio.Event) -> None:
        """Look at everything, until told to stop."""
        looks: tuple[Callable[[], Awaitable[None]], ...] = (self._store, self._broker, self._api)
        async with asyncio.TaskGroup() as group:
            for look in looks:
                group.create_task(self._again(look, stopping))

    async def _again(self, look: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), EVERY_S)

    async def _store(self) -> None:
        found = await self.store.results.recent(self._since - 2_000)
        at, at_s = now(), time.monotonic()
        for result in found:
            if result.id in self.results:
                continue
            self.results[result.id] = result
            self._since = max(self._since, result.received_at)
            ended = result.started_at + (result.total_ms or 0)
            self.took_s[result.region].append((at - ended) / 1000)
            self.heard_s[result.region] = at_s
            if result.ok and result.region == REGION:
                self.own_s = at_s  # nothing that is well is forged
        for region, heard_s in self.heard_s.items():
            self.silent_s[region] = max(self.silent_s[region], at_s - heard_s)

    async def _broker(self) -> None:
        told: Any = await asyncio.to_thread(self.broker.info, "memory")
        self.broker_bytes = max(self.broker_bytes, told["used_memory"])

    async def _api(self) -> None:
        _, _, told = await asyncio.to_thread(self.api.get, "/v1/services")
        for service in told["items"]:
            verdict = service["verdict"]
            self.scopes.add((verdict["scope"], tuple(verdict["regions"])))

    def figures(self) -> dict[str, tuple[float, float]]:
        """What took how long, of every region."""
        return {region: self.percentile(region) for region in self.took_s}

    def percentile(self, region: str) -> tuple[float, float]:
        """(99th percentile, longest) of what took how long."""
        found = sorted(self.took_s[region])
        return found[len(found) * 99 // 100], found[-1]
