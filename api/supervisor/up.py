"""`outscope up`, apart from its flags: run the product until told to stop."""

import asyncio
import signal
from collections.abc import Callable

from api.supervisor.product import Product, product
from api.supervisor.settings import ProductSettings

Say = Callable[[str], None]


async def run_until_told(settings: ProductSettings, say: Say) -> None:
    """Start everything, say where it is, and run until SIGINT or SIGTERM. A second signal ends it
    at once.
    """
    stopping = asyncio.Event()
    with_signals = _Signals(stopping, say)
    say(f"Preparing {settings.data}")
    async with product(settings, say) as running:
        with_signals.watch(running)
        prepared = running.prepared
        say(
            f"Starting: {prepared.services} services, {prepared.checks} checks,"
            f" {len(prepared.regions)} regions"
            + (f" ({prepared.changes} changes applied)" if prepared.changes else "")
        )
        starting = asyncio.create_task(running.start())
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            say(
                f"Outscope is running: {settings.address}   (data in {settings.data}; stop with"
                " Ctrl-C)"
            )
            await waiting
        starting.cancel()
        say("Stopping")
    say("Stopped")


class _Signals:
    """One signal stops, two kill."""

    def __init__(self, stopping: asyncio.Event, say: Say) -> None:
        self._stopping = stopping
        self._say = say
        self._running: Product | None = None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told)

    def watch(self, running: Product) -> None:
        self._running = running

    def _told(self) -> None:
        if self._stopping.is_set() and self._running is not None:
            self._say("Ending everything at once")
            self._running.kill()
        self._stopping.set()
