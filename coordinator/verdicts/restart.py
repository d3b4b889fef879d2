"""The judge after a restart: with the memory that the stored results give it."""

import logging

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine
from coordinator.store import Store
from coordinator.verdicts import learned
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")


async def rebuilt(
    store: Store, configuration: Configuration, until: Instant | None = None
) -> Engine:
    """The judge with the memory that the stored results give it: a restart forgets nothing.

    When writers store, only what was received before `until` is whole yet.
    """
    engine = Engine(configuration.judged, configuration.rules)
    now = until or clock.now()
    since = now - engine.memory_ms
    recent = await (
        store.results.recent(since) if until is None else store.results.recent(since, until)
    )
    engine.restore(recent, await store.incidents.open(), now, await learned.load(store))
    log.info("rebuilt results=%d", len(recent))
    await _tell_what_changed(store, engine)
    return engine


async def _tell_what_changed(store: Store, engine: Engine) -> None:
    """Add to the history what changed while nobody looked, or what a crash kept from being
    written.
    """
    for service, verdict in engine.verdicts().items():
        for told in await store.verdicts.history(service, limit=1):
            now = verdict.to_record()
            if any(told[key] != now[key] for key in ("severity", "scope", "regions", "components")):
                await store.verdicts.add(verdict)
