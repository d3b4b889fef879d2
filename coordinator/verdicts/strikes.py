"""What becomes of incidents whose evidence was struck: each gets a line that says so, and one that
rests on nothing else is withdrawn, until the strike is taken back.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.model.incident import (
    Incident,
    IncidentEvent,
    Moment,
    restored,
    revised,
    withdrawn,
)
from coordinator.domain.model.verdict import Severity
from coordinator.store import Store
from coordinator.store.results.striking import Strike
from coordinator.verdicts import learned
from worker.contract.instant import Instant, rfc3339

log = logging.getLogger(f"outscope.{__name__}")

_OURS: Final = (Moment.REVISED, Moment.WITHDRAWN)
AFTER_MS: Final = 600_000
"""So long after its span an incident may be opened on what a strike covers."""


async def carry_out(store: Store, configuration: Configuration, now: Instant) -> None:
    """Revise the incidents of every strike of which that was not done yet, and forget what was
    learned in its region. Of one that was taken back, say that it was.

    A crash in between does no harm: what was done says the same once more.
    """
    for strike in await store.striking.all():
        undone, told = strike.undone_at is not None, strike.told_at is not None
        if undone != told:
            continue  # done, or taken back before anybody was told
        if undone:
            again = [event async for event in _restored(store, configuration, strike, now)]
            await store.incidents.apply(*again)
            await store.striking.told(strike, None)
            log.info("unstruck region=%s incidents=%d", strike.region, len(again))
        else:
            events = [event async for event in _events(store, configuration, strike, now)]
            await store.incidents.apply(*events)
            await learned.forget(store, strike.region)
            await store.striking.told(strike, now)
            log.info(
                "struck region=%s results=%d incidents=%d",
                *(strike.region, strike.results, len(events)),
            )


async def _events(
    store: Store, configuration: Configuration, strike: Strike, now: Instant
) -> AsyncIterator[IncidentEvent]:
    why = sentence(strike)
    for incident in await store.incidents.between(strike.since, strike.until + AFTER_MS):
        if incident.withdrawn or strike.region not in _regions(incident):
            continue
        counting, struck = await _evidence(store, configuration, incident, now)
        if struck and not counting and incident.opened_at >= strike.since:
            yield withdrawn(incident, now, why)
        elif struck:
            yield revised(incident, now, why)


async def _restored(
    store: Store, configuration: Configuration, strike: Strike, now: Instant
) -> AsyncIterator[IncidentEvent]:
    """Of what a strike had done to incidents, what it does no more; one that rests on nothing but
    what others strike stays withdrawn.
    """
    said = sentence(strike)
    why = f"the strike was taken back, these count again: {said}"
    for incident in await store.incidents.between(strike.since, strike.until + AFTER_MS):
        lines = await store.incidents.evidence(incident.id)
        reasons = [line["reason"] for line in lines]
        if said not in reasons:
            continue
        if not incident.withdrawn:
            yield revised(incident, now, why)
        elif (await _evidence(store, configuration, incident, now))[0]:
            own = next(line["reason"] for line in reversed(lines) if line["event"] not in _OURS)
            yield restored(incident, now, why, own)


async def _evidence(
    store: Store, configuration: Configuration, incident: Incident, now: Instant
) -> tuple[bool, bool]:
    """Whether an incident rests on results that count, and on struck ones."""
    return await store.striking.evidence(
        [check.id for check in configuration.topology.checks_of(incident.service)],
        sorted(_regions(incident)),
        incident.started_by,
        incident.ended_by or incident.resolved_at or now,
        bad=incident.severity is not Severity.DEGRADED,  # else slow ones are evidence, too
    )


def _regions(incident: Incident) -> set[str]:
    return {*incident.regions, *_ever(incident)}


def _ever(incident: Incident) -> Iterator[str]:
    """The regions that it ever reached."""
    return (part.name for part in incident.parts if part.axis == "region")


def sentence(strike: Strike) -> str:
    """What a timeline says of a strike."""
    told = f"results of {strike.region} received from {rfc3339(strike.since)} to"
    because = f": {strike.reason}" if strike.reason else ""
    return f"{told} {rfc3339(strike.until)} were struck{because}"
