"""History after a backlog arrived: what would have been said if it had been heard in its time, and
what of the stored incidents has to be told anew.

It is the judge itself that says so, on the stored results as if they had been timely. A mark in the
store says up to when all that came in late was seen to, so whoever judges next, after a crash in
between, notes the rest again. A repeat does no harm: what history says already is not told anew.
"""

import asyncio
import logging
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine
from coordinator.domain.incidents.correcting import as_told, matching, revisions
from coordinator.domain.incidents.open_incident import OpenIncident
from coordinator.domain.model.incident import Incident, IncidentEvent
from coordinator.domain.model.topology import Role, Topology
from coordinator.domain.schedule.arrivals import Arrival, Arrivals, as_if_timely, late_ms_of
from coordinator.runtime.retry import persistently
from coordinator.store import TROUBLE, Store
from coordinator.verdicts import learned, seen_to
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import VANTAGE, Result

log = logging.getLogger(f"outscope.{__name__}")

MOST_RESULTS: Final = 300_000
"""More than these are not judged again at once: then only the services that it may matter to, and
when those are too many as well, incidents stay as they were told live.
"""
AT_ONCE: Final = 2_000
"""Results that are read at once, so that orders need not wait."""
_JUDGED: Final = (VANTAGE, "edge")
"""What the judge looks at of `extra`."""
REST: Final = 10
"""After history was judged again, it is not for so many times as long as that took."""


class Rehearsed(NamedTuple):
    """What should have been said of incidents, now that a backlog is here."""

    why: str
    since: Instant
    incidents: Sequence[Incident]
    cases: Sequence[OpenIncident]


class Corrections:
    """Notes what arrives late, has history judged again beside the live judge, and tells what has
    to be told anew.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._arrivals = Arrivals()
        self._late_ms: dict[str, int] = {}
        self._task: asyncio.Task[Rehearsed | None] | None = None
        self._arrived: Sequence[Arrival] = ()
        """What is judged again now."""
        self._seen_to: Instant | None = None
        """Up to when the store says that all was seen to."""
        self._begun_s = 0.0
        self._not_before_s = 0.0

    def configure(self, topology: Topology) -> None:
        """Go by this topology from now on."""
        self._late_ms = late_ms_of(topology)

    def note(self, new: Iterable[Result]) -> None:
        """These were stored for the first time."""
        self._arrivals.note(new, lambda check: self._late_ms.get(check, 0))

    async def step(self, engine: Engine, configuration: Configuration, now: Instant) -> None:
        """Begin to judge again when something arrived; correct incidents when that is done.

        The first time, before anything is noted, this takes over what an earlier life left undone.
        """
        if self._seen_to is None:
            await self._take_over(now)
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            took_s = clock.monotonic_s() - self._begun_s
            self._not_before_s = clock.monotonic_s() + REST * took_s
            await self._tell(task, engine, configuration, now)
        if self._task is None and clock.monotonic_s() >= self._not_before_s:
            arrived = self._arrivals.take(now)
            if arrived and await self._matters(arrived, now):
                self._begun_s, self._arrived = clock.monotonic_s(), arrived
                work = rehearsed(self._store, configuration, arrived, now)
                self._task = asyncio.create_task(work)
        await self._mark(now)

    async def _take_over(self, now: Instant) -> None:
        late_ms = min(self._late_ms.values(), default=0)

        async def left() -> Instant:
            since = await seen_to.load(self._store)
            if since is None:  # the first one that ever judged here
                await seen_to.save(self._store, now)
                return now
            async for some in seen_to.late_since(self._store, since, now, late_ms):
                self.note(some)
            return since

        self._seen_to = await persistently("late_results", left)

    async def _mark(self, now: Instant) -> None:
        """Write down that all is seen to, when it is: at once after a backlog, else now and then.
        All that was received before now was noted.
        """
        if self._task is not None or len(self._arrivals) or self._seen_to is None:
            return
        if self._arrived or now - self._seen_to >= seen_to.EVERY_MS:
            await persistently("late_results", lambda: seen_to.save(self._store, now))
            self._seen_to, self._arrived = now, ()

    async def _matters(self, arrived: Sequence[Arrival], now: Instant) -> bool:
        """Whether it may change what was said: something failed, or something went on."""
        for arrival in arrived:
            log.info("arrived_late looks=%d failed=%d %s", *arrival.counts(), arrival.sentence())
        if any(arrival.failed for arrival in arrived):
            return True
        since = min(arrival.first_at for arrival in arrived)
        return bool(
            await persistently("incidents", lambda: self._store.incidents.between(since, now))
        )

    async def _tell(
        self,
        task: "asyncio.Task[Rehearsed | None]",
        engine: Engine,
        configuration: Configuration,
        now: Instant,
    ) -> None:
        try:
            found = task.result()
        except TROUBLE as error:  # the store was away: once more, when it is back
            log.warning("history_not_corrected_yet error=%s", error)
            self._arrivals.put_back(self._arrived)
            return
        # the boundary: what goes wrong with the past must not end the judging of the present
        except Exception:
            log.exception("history_not_corrected")
            return
        if found is None:
            return
        services = configuration.judged.service
        events, cases = await persistently(
            "incidents", lambda: correcting(self._store, found, services, now)
        )
        if events:
            await persistently("incidents", lambda: self._store.incidents.apply(*events))
            engine.correct(cases)
        log.info("history_corrected lines=%d because=%s", len(events), found.why)


async def rehearsed(
    store: Store, configuration: Configuration, arrivals: Sequence[Arrival], now: Instant
) -> Rehearsed | None:
    """Judge again, as if these had been heard in their time; None when it is more than can be."""
    since = min(arrival.first_at for arrival in arrivals)
    engine = Engine(configuration.judged, configuration.rules)
    begin = since - engine.memory_ms
    stored = await store.incidents.between(begin, now)
    topology = configuration.topology
    services: Collection[str] = topology.service
    results = await _timely(store, topology, services, begin, now)
    if results is None:
        services = {*_failing(arrivals), *(incident.service for incident in stored)}
        results = await _timely(store, topology, services, begin, now)
    if results is None:
        log.warning("history_not_corrected more than %d results since then", MOST_RESULTS)
        return None
    normal = await learned.load(store)
    older = [_as_begun(incident) for incident in stored if incident.opened_at < begin]
    said = await asyncio.to_thread(engine.restore, results, older, now, normal, stand=False)
    last = {event.incident.id: event.incident for event in said if isinstance(event, IncidentEvent)}
    why = "; ".join(arrival.sentence() for arrival in arrivals)
    cases = engine.cases()
    found = [one for one in as_told(cases, last.values()) if one.service in services]
    return Rehearsed(why, since, found, cases)


def _failing(arrivals: Iterable[Arrival]) -> set[str]:
    return {service for arrival in arrivals for service in arrival.failing}


async def correcting(
    store: Store, found: Rehearsed, services: Container[str], now: Instant
) -> tuple[list[IncidentEvent], list[OpenIncident]]:
    """The lines that correct history, and the open incidents as they should be. Only what went on
    since the backlog began is touched.
    """
    stored = [
        incident
        for incident in await store.incidents.between(found.since, now + 1)
        if not incident.withdrawn and incident.service in services
    ]
    lately = [one for one in found.incidents if (one.ended_by or now) >= found.since]
    events = revisions(stored, lately, now, found.why)
    return events, list(_going(stored, events, found))


def _going(
    stored: Iterable[Incident], events: Iterable[IncidentEvent], found: Rehearsed
) -> Iterator[OpenIncident]:
    told = {event.incident.id: event.incident for event in events}
    cases = {one.incident.id: one for one in found.cases}
    for incident in stored:
        match = matching(incident, found.incidents)
        is_open = incident.resolved_at is None and incident.id in told
        if is_open and match is not None and match.id in cases:
            yield replace(cases[match.id], incident=told[incident.id])


def _as_begun(incident: Incident) -> Incident:
    """An incident as it was when it went on."""
    return replace(incident, ended_after=None, ended_by=None, resolved_at=None, closed_because="")


async def _timely(
    store: Store, topology: Topology, services: Collection[str], begin: Instant, now: Instant
) -> list[Result] | None:
    """All of these services and of references that was received since then and counts, as if it had
    been timely, without what nobody judges; None for too much.
    """
    wanted = {
        service.id
        for service in topology.services
        if service.role is Role.REFERENCE or service.id in services
    }
    late_ms = late_ms_of(topology)
    found: list[Result] = []
    after = (begin, "")
    while more := await store.results.received(after, now, AT_ONCE):
        found += [
            _slim(as_if_timely(one, late_ms.get(one.check, 0)))
            for one in more
            if one.service in wanted
        ]
        after = more[-1].received_at, more[-1].id
        if len(found) > MOST_RESULTS:
            return None
    return found


def _slim(result: Result) -> Result:
    extra = {name: result.extra[name] for name in _JUDGED if name in result.extra}
    return result._replace(detail="", extra=extra)
