"""The days of a service: what incidents reached on each, and how many looks went well."""

from asyncio import timeout
from itertools import pairwise
from typing import Any

from api.documents.past import DAY_MS, Days, Reached, days
from api.http.parameters import PATIENCE_S
from api.http.sources.sources import Sources
from coordinator.analytics.cells import cells
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant, parse_rfc3339


async def days_of(sources: Sources, service: str, days_back: int, at: Instant) -> Days:
    """So many days (UTC), today the last."""
    begin = at // DAY_MS * DAY_MS - (days_back - 1) * DAY_MS
    async with timeout(PATIENCE_S):
        told = await cells(sources.archive, service, begin, at, DAY_MS)
        found = await sources.store.incidents.between(begin, at)
        reached = [
            one
            for incident in found
            if incident.service == service and not incident.withdrawn
            for one in await _reached(sources, incident, at)
        ]
    counts = [
        (_sum(told["cells"], "good", frame), _sum(told["cells"], "bad", frame))
        for frame in range(days_back)
    ]
    return days(service, begin, counts, reached, at)


async def _reached(sources: Sources, incident: Incident, at: Instant) -> list[Reached]:
    """How far it reached, as one; line by line when it went on over midnight."""
    end = incident.ended_by or incident.resolved_at or at
    whole: Reached = {
        "id": incident.id,
        "since": incident.started_by,
        "until": max(end, incident.started_by + 1),
        "scope": incident.peak.value,
        "severity": incident.severity.value,
    }
    if incident.started_by // DAY_MS == end // DAY_MS:
        return [whole]
    told = await sources.store.incidents.get(incident.id)
    lines = told[1] if told else []
    if not lines:
        return [whole]
    moments = [incident.started_by, *(parse_rfc3339(line["at"]) for line in lines[1:]), end]
    return [
        {**whole, "since": since, "until": until, "scope": line["scope"]}
        for line, (since, until) in zip(lines, pairwise(moments), strict=True)
        if until > since
    ]


def _sum(series: list[dict[str, Any]], which: str, frame: int) -> int:
    return sum(one[which][frame] for one in series)
