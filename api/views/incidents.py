"""Incidents and the lines of their timelines."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.views.words import Next, ScopeWord, SeverityWord, Time


class IncidentView(TypedDict):
    """One disruption. It began in (started_after, started_by] and ended in (ended_after, ended_by]."""

    id: str
    service: str
    severity: SeverityWord
    scope: ScopeWord
    peak: Annotated[ScopeWord, Field(description="the widest scope that it had")]
    regions: list[str]
    components: list[str]
    reason: str
    opened_at: Time
    started_after: Annotated[Time | None, Field(description="null when no good look came before")]
    started_by: Time
    ended_after: Annotated[Time | None, Field(description="null while it goes on")]
    ended_by: Time | None
    resolved_at: Annotated[Time | None, Field(description="null while it is open")]


class TimelineLine(TypedDict):
    """What happened to an incident, and how far it reached from then on."""

    at: Time
    event: Annotated[str, Field(description="`opened`, `updated` or `resolved`")]
    severity: SeverityWord
    scope: ScopeWord
    regions: list[str]
    components: list[str]
    reason: str


class IncidentDetail(IncidentView):
    """An incident with all that happened to it, oldest first."""

    timeline: list[TimelineLine]


class Incidents(TypedDict):
    """One page of incidents, newest first. Ask again with `cursor` set to `next`."""

    items: list[IncidentView]
    next: Next
