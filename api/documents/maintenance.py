"""Announced maintenance, as it is listed and announced."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Time


class OccurrenceView(TypedDict):
    """One time that a window comes."""

    window: Annotated[str, Field(description="id of the window")]
    title: str
    source: Annotated[
        str,
        Field(description="who announced it: `configuration`, `operator`, `feed:ID` or `page:ID`"),
    ]
    since: Time
    until: Time
    services: Annotated[
        list[str], Field(description="services, or `service/component`; all when it is empty")
    ]
    regions: Annotated[list[str], Field(description="all when it is empty")]


class Occurrences(TypedDict):
    """What goes on and what comes, the earliest first."""

    items: list[OccurrenceView]


class Announced(TypedDict):
    """A window that was announced just now."""

    id: str
    notes: Annotated[
        list[str], Field(description="when it comes, and with what it overlaps, for people")
    ]
