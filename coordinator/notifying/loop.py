"""The loop that tells of incidents and of vantage points, beside the others of the coordinator."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from coordinator.circumstances.bearing import Circumstances
from coordinator.configuration import Configuration
from coordinator.notifying.channels import Named, channels_of
from coordinator.notifying.deciding import Deciding
from coordinator.notifying.delivering import Delivering, by_rule
from coordinator.notifying.subscribing.listing import Subscriptions
from coordinator.notifying.watching import Watching
from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store
from worker.contract import clock

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 0.5
PUBLIC_URL: Final = "OUTSCOPE_PUBLIC_URL"
"""Where others reach the API: messages link there."""


class NotifyLoop:
    """Decides, keeps and delivers. Only one runs at a time: that of the coordinator that leads."""

    def __init__(
        self, store: Store, configuration: Configuration, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._environ = environ
        public_url = environ.get(PUBLIC_URL, "")
        self._deciding = Deciding(store, public_url)
        self._watching = Watching(store, public_url)
        self._delivering = Delivering(store)
        self._subscriptions = Subscriptions(store, public_url, environ)
        self._own: Sequence[Named] = ()
        self._circumstances = Circumstances(store)
        self._configuration = configuration
        self._taken: Configuration | None = None

    def configure(self, configuration: Configuration) -> None:
        """Tell by this configuration from now on."""
        self._configuration = configuration

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A store that cannot be read is asked again."""
        try:
            while not await told_within(stop, EVERY_S):
                await self._quietly(self._round)
        finally:
            await self._delivering.finish()
            await self._circumstances.finish()

    async def _round(self) -> None:
        if self._taken is not self._configuration:
            configuration = self._configuration
            found = await asyncio.to_thread(channels_of, configuration.document, self._environ)
            self._deciding.configure(configuration, by_rule(found))
            self._watching.configure(configuration, by_rule(found))
            self._subscriptions.configure(configuration)
            self._own = found
            await self._circumstances.configure(configuration)
            self._taken = configuration
        now = clock.now()
        strangers = await self._subscriptions.changed(now)
        if strangers is not None:
            everybody = [*self._own, *strangers]
            self._deciding.reach(by_rule(everybody))
            await self._delivering.configure(everybody, self._subscriptions.pages)
        await self._circumstances.step(now)
        await self._deciding.say(now, self._circumstances)
        await self._watching.say(now)
        await self._delivering.deliver()

    async def _quietly(self, does: Callable[[], Awaitable[None]]) -> None:
        try:
            await does()
        except TROUBLE as error:
            log.warning("not_told error=%r", error)
