"""An event as clients get it, encoded once for all of them, and what one client wants."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import orjson

from coordinator.store.state.events import StoredEvent

RETRY_MS: Final = 2_000
"""After so long a client that lost its connection comes back."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event. `kind` is the first word of its type: `verdict`, `incident`,
    `fitness` or `acknowledgement`."""

    number: int
    kind: str
    service: str
    regions: frozenset[str]
    components: frozenset[str]
    json: bytes
    """The document with number and type."""
    sse: bytes
    """The same as a message of an event stream (HTML Living Standard, 9.2)."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What a client wants to be told of; what is empty filters nothing.

    An event that tells no regions (or components) passes a filter of them only if it is about all:
    that something is well again concerns everybody.
    """

    types: Collection[str] = ()
    services: Collection[str] = ()
    components: Collection[str] = ()
    regions: Collection[str] = ()

    def take(self, frame: Frame) -> bool:
        """Whether the client is told of this one. Fitness is of no service or component."""
        if self.types and frame.kind not in self.types:
            return False
        if self.regions and not _meets(self.regions, frame.regions):
            return False
        if frame.kind == "fitness":
            return True
        named = not self.services or frame.service in self.services
        return named and (not self.components or _meets(self.components, frame.components))


EVERYTHING: Final = Wants()


def frame_of(event: StoredEvent) -> Frame:
    """The event, encoded."""
    document = event.document
    about = document.get("incident", document)
    regions = [document["region"]] if "region" in document else about.get("regions", ())
    json = orjson.dumps({"id": event.number, "type": event.type, **document})
    return Frame(
        number=event.number,
        kind=event.type.partition(".")[0],
        service=event.service,
        regions=frozenset(regions),
        components=frozenset(about.get("components", ())),
        json=json,
        sse=message(event.type, json, event.number),
    )


def message(name: str, data: bytes, number: int | None = None) -> bytes:
    """A message of an event stream. `data` is one line of JSON."""
    told = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (told, name.encode(), data)


def note(name: str, number: int | None = None, **told: Any) -> bytes:
    """A message about the stream itself."""
    return message(name, orjson.dumps(told), number)


def _meets(wanted: Collection[str], told: frozenset[str]) -> bool:
    return not told or not told.isdisjoint(wanted)
