"""`outscope up`, apart from its flags: run the product until told to stop."""

import asyncio
import signal
from collections.abc import Callable

from api.supervisor.product import Product, product
from api.supervisor.settings import ProductSettings
from worker.contract.reloading.hangup import hold

Say = Callable[[str], None]


async def run_until_told(settings: ProductSettings, say: Say) -> None:
    """Start everything, say where it is, and run until SIGINT or SIGTERM. A second signal ends it
    at once. SIGHUP has all processes read their files again.
    """
    stopping = asyncio.Event()
    with_signals = _Signals(stopping, say)
    try:
        await _run(settings, say, stopping, with_signals)
    finally:
        hold().end()


async def _run(
    settings: ProductSettings, say: Say, stopping: asyncio.Event, with_signals: "_Signals"
) -> None:
    say(f"Preparing {settings.data}")
    async with product(settings, say) as running:
        with_signals.watch(running)
        prepared = running.prepared
        say(
            f"Starting: {prepared.services} services, {prepared.checks} checks,"
            f" {_counted(len(prepared.regions))}"
            + (f", {_counted(prepared.joined)} of joined workers" if prepared.joined else "")
            + (f" ({prepared.changes} changes applied)" if prepared.changes else "")
        )
        if len(prepared.shared) > 1 and not settings.source_addresses:
            say(
                f"{_counted(len(prepared.shared))} look from this one machine and count as one"
                f" vantage point: {', '.join(prepared.shared)}"
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
            say(
                "To change it on the page, sign in once, within an hour:"
                f" {settings.address}/sign-in#{prepared.link}"
            )
            reloading = asyncio.create_task(with_signals.reload_when_told(running))
            await waiting
            reloading.cancel()
        starting.cancel()
        say("Stopping")
    say("Stopped")


def _counted(regions: int) -> str:
    return f"{regions} region{'' if regions == 1 else 's'}"


class _Signals:
    """One signal stops, two kill; SIGHUP reloads, unless the terminal is gone."""

    def __init__(self, stopping: asyncio.Event, say: Say) -> None:
        self._stopping = stopping
        self._say = say
        self._running: Product | None = None
        self._hung_up = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told)
        hold().waking(lambda: loop.call_soon_threadsafe(self._heard))

    def watch(self, running: Product) -> None:
        self._running = running

    async def reload_when_told(self, running: Product) -> None:
        """Go on until this is cancelled."""
        while True:
            await self._hung_up.wait()
            self._hung_up.clear()
            await running.reload()

    def _heard(self) -> None:
        if not hold().hung_up:
            self._hung_up.set()
        elif not self._stopping.is_set():  # it may come twice, by kernel and shell
            self._told()

    def _told(self) -> None:
        if self._stopping.is_set() and self._running is not None:
            self._say("Ending everything at once")
            self._running.kill()
        self._stopping.set()
