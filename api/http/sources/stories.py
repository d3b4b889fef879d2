"""What the formats of others tell: a service's line, incidents with their timelines, and the
maintenance that comes.
"""

from collections.abc import Sequence
from typing import Any, Final

from api.documents.feed import Story
from api.documents.services import ServiceLine
from api.http.answers.errors import not_judged
from api.http.sources.sources import Sources
from coordinator.circumstances.announcing import upcoming
from coordinator.domain.maintenance.window import Occurrence
from worker.contract.instant import Instant

SHOWN: Final = 25
"""So many incidents are shown, the newest ones."""


async def line_of(sources: Sources, service: str) -> ServiceLine:
    """The service as the page shows it; a problem when none of this id is judged."""
    found = (await sources.snapshots.current()).picture.lines.get(service)
    if found is None:
        raise not_judged(service)
    return found


async def stories_of(
    sources: Sources,
    service: str | None = None,
    region: str | None = None,
    *,
    open_only: bool = False,
) -> Sequence[Story]:
    """The newest incidents of a service, or of a region, with their timelines."""
    found = await sources.store.incidents.page(service, open_only, None, SHOWN, region=region)
    stories = list[Story]()
    for one in found.items:
        told = await sources.store.incidents.get(one["id"])
        if told is not None:
            incident: Any = one
            stories.append((incident, told[1]))
    return stories


async def coming(sources: Sources, service: str, at: Instant) -> list[Occurrence]:
    """The maintenance of a service that goes on or comes within 31 days."""
    return [one for one in await upcoming(sources.store, at) if one.touches(service)]
