"""The two loops: metrics are counted and sent as they stand, traces are sent one batch after the
other. A collector that is away holds up nobody but them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from opentelemetry.sdk.resources import Resource

from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store
from coordinator.telemetry.configured import Configured
from coordinator.telemetry.environment import ENDPOINT, Receiver
from coordinator.telemetry.place import Place, reach
from coordinator.telemetry.sending import Sender, Sent
from coordinator.telemetry.settings import Sending, Tracing
from coordinator.telemetry.signals.points import Facts, metrics_of, number_of
from coordinator.telemetry.signals.totals import Totals
from coordinator.telemetry.tracing import Batch, Tracer
from worker.contract import clock

log = logging.getLogger(f"outscope.{__name__}")

AT_ONCE: Final = 5_000
"""So many results are counted without a pause."""
COUNT_S: Final = 5.0
HOUR_MS: Final = 3_600_000
LONGEST_PAUSE_S: Final = 60.0
"""So often at least a collector that is away is tried again."""


class _Line:
    """The line to the receiver of one signal: one sentence when it fails, one when it works
    again.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self._sender = Sender(receiver)
        self.failures = 0
        """In a row."""

    def use(self, receiver: Receiver | None) -> None:
        """Send there from now on; nobody cannot be sent to."""
        if receiver is not None:
            self.receiver, self._sender = receiver, Sender(receiver)

    async def send(self, does: Callable[[Sender], Sent]) -> Sent:
        """Have it sent, beside everything else."""
        sent = await asyncio.to_thread(does, self._sender)
        had_failed, self.failures = self.failures > 0, self.failures + 1 if sent.wrong else 0
        if sent.wrong and not had_failed:
            log.warning(
                "not_sent signal=%s the collector %s; it is tried again, see %s",
                self.receiver.signal,
                sent.wrong,
                ENDPOINT,
            )
        elif had_failed and not sent.wrong:
            log.info("sent_again signal=%s", self.receiver.signal)
        return sent

    def stop(self) -> None:
        self._sender.stop()


class SignalLoop:
    """What both have in common: rounds, and a longer pause while the collector is away."""

    def __init__(self, store: Store, receiver: Receiver, every_s: float) -> None:
        self._store = store
        self._every_s = every_s
        self.line = _Line(receiver)
        self.place = Place(store, receiver.signal)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A store that cannot be read is asked again."""
        while not stop.is_set() and not await self._quietly(self.begin):
            await told_within(stop, 1.0)
        stopping = asyncio.create_task(self._end(stop))
        try:
            while not await told_within(stop, self.pause_s()):
                await self._quietly(self.round)
        finally:
            stopping.cancel()

    async def _end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.line.stop()

    def pause_s(self) -> float:
        """Until the next round."""
        longest = max(self._every_s, LONGEST_PAUSE_S)
        return min(longest, self._every_s * float(2 ** min(self.line.failures, 10)))

    async def begin(self) -> None:
        """Find the place."""
        raise NotImplementedError

    async def round(self) -> None:
        """Do what is due."""
        raise NotImplementedError

    async def _quietly(self, does: Callable[[], Awaitable[None]]) -> bool:
        try:
            await does()
        except TROUBLE as error:
            log.warning("telemetry_waits error=%r", error)
            return False
        return True


class MetricsLoop(SignalLoop):
    """Counts what is new every few seconds, and sends all that was counted when that is due."""

    def __init__(
        self, store: Store, receiver: Receiver, every_s: float, resource: Resource
    ) -> None:
        super().__init__(store, receiver, min(every_s, COUNT_S))
        self._send_s = every_s
        self._sent_s = clock.monotonic_s()
        self._resource = resource
        self._configured = Configured(store)
        self._totals = Totals()

    def pause_s(self) -> float:
        """Until it counts again: a collector that is away does not hold that up."""
        return self._every_s

    async def begin(self) -> None:
        """Go on from what was counted before."""
        if not await self.place.find():
            self.place.more = Totals().to_document()
            await self.place.keep(clock.now(), self.place.since)
        totals = Totals.of(self.place.more)
        if totals is None:  # counted by an older version: they begin anew
            self.place.since = self.place.after[0]
        self._totals = totals or Totals()

    async def round(self) -> None:
        """Count, and send if that is due."""
        await self.count()
        if clock.monotonic_s() - self._sent_s >= self._send_s:
            self._sent_s = clock.monotonic_s()
            await self.send()

    async def count(self) -> None:
        """All that was received behind the place."""
        now = clock.now()
        await self.place.give_up(now)
        before = await reach(self._store, now)
        while rows := await self._store.measuring.measures(self.place.after, before, AT_ONCE):
            self._totals.add(rows)
            self.place.after = (rows[-1][0], rows[-1][1])

    async def send(self) -> None:
        """Keep what was counted, and send it as it stands."""
        now = clock.now()
        topology = await self._configured.look()
        if topology.services:
            self._totals.keep(topology.service)
        self.place.more = self._totals.to_document()
        await self.place.keep(now, self.place.after[0])
        facts = Facts(
            now,
            self.place.since,
            self._totals,
            await self._store.standings.all("service"),
            await self._store.standings.all("region"),
            await self._store.gaps.counts(now - HOUR_MS),
        )
        data = metrics_of(facts, self._resource)
        self.place.note(await self.line.send(lambda sender: sender.metrics(data)), number_of(data))
        await self.place.keep(now, self.place.after[0])


class TracesLoop(SignalLoop):
    """Sends traces of looks and of changes of verdicts, batch by batch, as long as there are
    any.
    """

    def __init__(
        self, store: Store, receiver: Receiver, tracing: Tracing, resource: Resource
    ) -> None:
        super().__init__(store, receiver, tracing.every_s)
        self._tracer = Tracer(store, self.place, tracing, resource)

    async def begin(self) -> None:
        """Go on behind what was sent before."""
        if not await self.place.find():
            self.place.more = {"event": await self._store.events.before(self.place.since)}
            await self.place.keep(clock.now(), self.place.since)

    async def round(self) -> None:
        """Send what is new. What did not arrive is read again."""
        batch: Batch | None = None
        while batch is None or batch.more:
            now = clock.now()
            batch = await self._tracer.next(now)
            if batch.spans and not await self._sent(batch):
                await self.place.keep(now, batch.reached)
                return
            self._tracer.take(batch)
            await self.place.keep(now, batch.reached)

    async def _sent(self, batch: Batch) -> bool:
        sent = await self.line.send(lambda sender: sender.spans(batch.spans))
        return self.place.note(sent, len(batch.spans))


def loops_for(store: Store, sending: Sending, resource: Resource) -> list[SignalLoop]:
    """The loops of the signals that somebody takes."""
    found: list[SignalLoop] = []
    if sending.traces is not None:
        found.append(TracesLoop(store, sending.traces, sending.tracing, resource))
    if sending.metrics is not None:
        found.append(MetricsLoop(store, sending.metrics, sending.metrics_every_s, resource))
    return found
