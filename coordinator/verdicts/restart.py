"""The judge after a restart: with the memory that the stored results give it."""

import asyncio
import logging
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine
from coordinator.store import Store
from coordinator.verdicts import learned
from coordinator.verdicts.strikes import carry_out
from coordinator.verdicts.warm import Warm
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import Result

log = logging.getLogger(f"outscope.{__name__}")

AT_ONCE: Final = 10_000
"""Results that are read at once, so that orders need not wait for all of them."""
_EVER: Final = 2**63 - 1


async def rebuilt(
    store: Store,
    configuration: Configuration,
    until: Instant | None = None,
    warm: Warm | None = None,
) -> Engine:
    """The judge with the memory that the stored results give it: a restart forgets nothing but what
    was struck.

    When writers store, only what was received before `until` is whole yet. What is at hand is not
    read again.
    """
    engine = Engine(configuration.judged, configuration.rules)
    now = until or clock.now()
    await carry_out(store, configuration, now)
    since = now - engine.memory_ms
    at_hand, then = ([], since) if warm is None else await warm.take(store, since)
    recent = at_hand + await _received(store, then, _EVER if until is None else until)
    incidents, normal = await store.incidents.open(), await learned.load(store)
    await asyncio.to_thread(engine.restore, recent, incidents, now, normal)
    log.info("rebuilt results=%d at_hand=%d", len(recent), len(at_hand))
    await _tell_what_changed(store, engine)
    return engine


async def _received(store: Store, since: Instant, before: Instant) -> list[Result]:
    """All that was received in [since, before) and counts."""
    found: list[Result] = []
    after = (since, "")
    while more := await store.results.received(after, before, AT_ONCE):
        found += more
        after = more[-1].received_at, more[-1].id
    return found


async def _tell_what_changed(store: Store, engine: Engine) -> None:
    """Add to the history what changed while nobody looked, or what a crash kept from being
    written.
    """
    for service, verdict in engine.verdicts().items():
        for told in await store.verdicts.history(service, limit=1):
            now = verdict.to_record()
            if any(told[key] != now[key] for key in ("severity", "scope", "regions", "components")):
                await store.verdicts.add(verdict)
