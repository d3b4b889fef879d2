"""What the feeds of a status page tell: what happened to its services, in words for everybody."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from api.documents.feed import Channel, Story
from api.documents.incidents import IncidentView
from api.documents.public_page.words import what_happened
from api.http.sources.sources import Sources
from api.http.sources.stories import SHOWN, stories_of
from coordinator.configuration.publishing.pages import PublicPage
from coordinator.domain.model.topology import Topology


def channel_of(page: PublicPage, topology: Topology, url: str, path: str) -> Channel:
    """Whose feed it is; its links lead to the page."""
    names = {one.id: one.name for one in page.shows(topology)}
    return Channel(page.title, url, path, names, f"/status/{page.id}")


async def stories_on(sources: Sources, page: PublicPage, topology: Topology) -> Sequence[Story]:
    """The newest incidents of its services, in our words alone: what a target wrote is not for
    everybody.
    """
    found: list[Story] = []
    for service in page.shows(topology):
        for incident, lines in await stories_of(sources, service.id):
            told = [{**line, "reason": _said(line, incident, topology)} for line in lines]
            found.append((incident, told))
    shown = [story for story in found if not story[0]["withdrawn"]]
    return sorted(shown, key=lambda story: story[0]["started_by"], reverse=True)[:SHOWN]


def _said(line: Mapping[str, Any], incident: IncidentView, topology: Topology) -> str:
    reach = {name: line[name] for name in ("severity", "regions", "components")}
    then = cast(IncidentView, {**incident, **reach, "peak": line["scope"]})
    return what_happened(then, topology.service[incident["service"]], topology)
