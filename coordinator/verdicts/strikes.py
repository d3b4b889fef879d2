"""What becomes of incidents whose evidence was struck: each gets a line that says so, and one that
rests on nothing else is withdrawn.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.model.incident import Incident, IncidentEvent, revised, withdrawn
from coordinator.domain.model.verdict import Severity
from coordinator.store import Store
from coordinator.store.results.striking import Strike
from coordinator.verdicts import learned
from worker.contract.instant import Instant, rfc3339

log = logging.getLogger(f"outscope.{__name__}")

AFTER_MS: Final = 600_000
"""So long after its span an incident may be opened on what a strike covers."""


async def carry_out(store: Store, configuration: Configuration, now: Instant) -> None:
    """Revise the incidents of every strike of which that was not done yet, and forget what was
    learned in its region.

    A crash in between does no harm: what was done says the same once more.
    """
    for strike in await store.striking.standing():
        if strike.told_at is None:
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
    touched = await store.incidents.between(strike.since, strike.until + AFTER_MS)
    for incident in touched:
        regions = {*incident.regions, *_ever(incident)}
        if incident.withdrawn or strike.region not in regions:
            continue
        until = incident.ended_by or incident.resolved_at or now
        checks = [check.id for check in configuration.topology.checks_of(incident.service)]
        counting, struck = await store.striking.evidence(
            checks,
            sorted(regions),
            incident.started_by,
            until,
            bad=incident.severity is not Severity.DEGRADED,  # else slow ones are evidence, too
        )
        if struck and not counting and incident.opened_at >= strike.since:
            yield withdrawn(incident, now, why)
        elif struck:
            yield revised(incident, now, why)


def _ever(incident: Incident) -> Iterator[str]:
    """The regions that it ever reached."""
    return (part.name for part in incident.parts if part.axis == "region")


def sentence(strike: Strike) -> str:
    """What a timeline says of a strike."""
    told = f"results of {strike.region} received from {rfc3339(strike.since)} to"
    because = f": {strike.reason}" if strike.reason else ""
    return f"{told} {rfc3339(strike.until)} were struck{because}"
