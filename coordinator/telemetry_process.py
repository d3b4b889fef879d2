"""The process that sends OpenTelemetry: what is composed of what, and the order of its life. It
reads the store and nothing else, so nobody waits for it.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from coordinator.bootstrap import EXIT_STORE, LACKING, short_of_memory
from coordinator.runtime.leadership import EXPORTER, AnotherCoordinatorError, leadership
from coordinator.runtime.stopping import together, until_signalled
from coordinator.runtime.wellness import Wellness
from coordinator.store import FencedError, Store, StoreError, open_store, reload_database
from coordinator.telemetry.environment import HEADERS, Receiver, read_receiver
from coordinator.telemetry.loops import SignalLoop, loops_for
from coordinator.telemetry.settings import TelemetrySettings, read_database
from coordinator.telemetry.signals.resource import resource
from worker.contract.health.serving import ListenError
from worker.contract.logs import reload_level
from worker.contract.reloading.hangup import answered
from worker.contract.reloading.reloads import Reloads, told_in, touched

log = logging.getLogger(f"outscope.{__name__}")

EXIT_ANOTHER: Final = 3


def run(settings: TelemetrySettings) -> int:
    """The whole life of the process, until SIGTERM or SIGINT; its exit code: 0 when it was told to
    stop, 1 when it got too little memory, 2 when the database cannot be used, 3 when another one
    took over.
    """
    try:
        asyncio.run(until_signalled(partial(send_until, settings)))
    except (StoreError, ListenError) as error:
        log.error("%s", error)  # noqa: TRY400  a sentence for the operator, not a traceback
        return EXIT_STORE
    except (AnotherCoordinatorError, FencedError) as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_ANOTHER
    except LACKING as error:
        return short_of_memory(error)
    return 0


async def send_until(settings: TelemetrySettings, stop: asyncio.Event) -> None:
    """Send until `stop` is set, once no other process does for this database."""
    wellness = Wellness()
    wellness.stands_by()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(wellness.told_at(settings.health))
        store = await stack.enter_async_context(open_store(settings.database))
        own = await stack.enter_async_context(open_store(settings.database, migrate=False))
        reloads = Reloads(touched(settings.ready_file))
        reload_level(reloads, settings.log_level, settings.environ)
        database = partial(read_database, settings.environ)
        reload_database(reloads, settings.environ, settings.database, database, (store, own))
        stack.enter_context(answered(reloads.reload))
        if settings.ready_file is not None:
            settings.ready_file.touch()  # also while it stands by: nobody has to wait for it
        lead = await stack.enter_async_context(leadership(store, stop, own=own, lease=EXPORTER))
        if lead is not None:
            await lead.during(_send(settings, store, reloads, wellness, stop))
    log.info("stopped")


async def _send(
    settings: TelemetrySettings,
    store: Store,
    reloads: Reloads,
    wellness: Wellness,
    stop: asyncio.Event,
) -> None:
    loops = loops_for(store, settings.sending, resource())
    for loop in loops:
        _reload_headers(reloads, settings.environ, loop)
    await asyncio.to_thread(reloads.catch_up)
    wellness.works({loop.place.signal: partial(_wrong, loop) for loop in loops})
    signals = ",".join(loop.place.signal for loop in loops) or "none"
    log.info("sending signals=%s looks=%s", signals, settings.sending.tracing.looks)
    await together(stop, *loops)


def _reload_headers(reloads: Reloads, environ: Mapping[str, str], loop: SignalLoop) -> None:
    """Reload what the collector knows us by, with all else that is told of it."""
    signal = loop.place.signal
    named = f"{told_in(HEADERS, environ)}:{signal}"
    now: Receiver | None = loop.line.receiver
    reloads.add(named, now, partial(read_receiver, signal, environ), loop.line.use)


def _wrong(loop: SignalLoop) -> str:
    return f"the collector {loop.place.wrong}" if loop.place.wrong else ""
