"""Which looks and which changes of verdicts are traced next, behind a place, as spans of one
request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan

from coordinator.store import ResultFilter, Store
from coordinator.store.results.measuring import Position, Sampled
from coordinator.store.state.events import VERDICT, StoredEvent
from coordinator.telemetry.configured import Configured
from coordinator.telemetry.place import Place, reach
from coordinator.telemetry.settings import FAILED, NO_LOOKS, Tracing
from coordinator.telemetry.signals.identity import below, is_below, look_trace
from coordinator.telemetry.signals.spans import Spans, since
from worker.contract.instant import Instant, parse_rfc3339
from worker.contract.result import Result

SECOND_MS: Final = 1_000
SPANS_A_LOOK: Final = 6
MOST_LINKS: Final = 20
EVENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent at once, and the place behind it. `capped` looks are left out because there were
    more in a second than are traced.
    """

    spans: Sequence[ReadableSpan]
    after: Position
    event: int
    reached: Instant
    capped: int = 0
    second: tuple[Instant, int] = (0, 0)
    """The last second of receipt, and how many looks of it were traced."""
    more: bool = False


@dataclass(slots=True)
class _Taken:
    """The looks of a batch, and where it ends."""

    after: Position
    second: tuple[Instant, int]
    looks: list[Result] = field(default_factory=list)
    capped: int = 0


class Tracer:
    """Makes the batches behind a place, which is moved by `take` alone."""

    def __init__(self, store: Store, place: Place, tracing: Tracing, resource: Resource) -> None:
        self._store = store
        self._place = place
        self._tracing = tracing
        self._sampled = Sampled(tracing.looks == FAILED, below(tracing.share))
        self._configured = Configured(store)
        self._spans = Spans(resource, tracing.share, self._configured.target)
        self._second: tuple[Instant, int] = (0, 0)

    async def next(self, now: Instant) -> Batch:
        """The next batch; the same again as long as it is not taken."""
        await self._place.give_up(now, self._sampled)
        reached = await reach(self._store, now)
        await self._configured.look()
        taken = _Taken(self._place.after, self._second)
        most = max(1, self._tracing.batch // SPANS_A_LOOK)
        more = self._traces_looks and await self._take_looks(taken, reached, most)
        for look in taken.looks:
            self._spans.look(look)
        events = await self._store.events.after(self._place.more["event"], EVENTS)
        for event in events:
            await self._verdict(event)
        return Batch(
            self._spans.taken(),
            taken.after if more else max(taken.after, (reached, "")),
            events[-1].number if events else self._place.more["event"],
            reached,
            taken.capped,
            taken.second,
            more or len(events) == EVENTS,
        )

    def take(self, batch: Batch) -> None:
        """It is done with: the next is behind it."""
        self._place.after = batch.after
        self._place.more = {"event": batch.event}
        self._place.dropped["capped"] += batch.capped
        self._second = batch.second

    @property
    def _traces_looks(self) -> bool:
        return self._tracing.looks != NO_LOOKS and self._tracing.share > 0

    async def _take_looks(self, taken: _Taken, before: Instant, most: int) -> bool:
        """Take up to so many looks, and of each second no more than the setting allows; whether
        there may be more.
        """
        found = await self._store.measuring.looks(taken.after, before, most, self._sampled)
        for look in found:
            second = look.received_at // SECOND_MS
            of_second = taken.second[1] if taken.second[0] == second else 0
            if of_second >= self._tracing.most:
                end = (second + 1) * SECOND_MS
                taken.capped += await self._store.measuring.number(
                    taken.after, min(end, before), self._sampled
                )
                taken.after = (min(end, before), "")
                return True
            taken.looks.append(look)
            taken.after = (look.received_at, look.id)
            taken.second = (second, of_second + 1)
        return len(found) == most

    async def _verdict(self, event: StoredEvent) -> None:
        if event.type != VERDICT or self._tracing.share == 0:
            return
        at = parse_rfc3339(event.document["at"])
        whole = await self._store.verdicts.standing(event.service, at)
        document: dict[str, Any] = {**(whole or {}), **event.document}
        self._spans.verdict(document, await self._seen(document, at))

    async def _seen(self, document: dict[str, Any], at: Instant) -> list[str]:
        """The looks that a verdict goes back to, of which there are traces: failed ones, the last
        first.
        """
        begin = since(document)
        if begin >= at or not self._traces_looks:
            return []
        wanted = ResultFilter(service=document["service"], ok=False, since=begin, until=at + 1)
        page = await self._store.results.page(wanted, limit=MOST_LINKS)
        bound = self._sampled.below
        return [look.id for look in page.items if is_below(look_trace(look.id), bound)]
