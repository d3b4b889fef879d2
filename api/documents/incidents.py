"""Incidents and the lines of their timelines."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.verdicts import FailingShareView
from api.documents.words import Next, ScopeWord, SeverityWord, Time
from coordinator.domain.model.incident import Closed


class CauseView(TypedDict):
    """Another incident, often of another service."""

    id: str
    service: str


class CauseIdView(TypedDict):
    """An incident and its service."""

    incident: str
    service: str


class MaintenanceView(TypedDict):
    """The announced maintenance in which an incident began."""

    state: Annotated[
        Literal["within", "outlasted"],
        Field(description="it is within the window, or went on behind its end"),
    ]
    window: Annotated[str, Field(description="id of the window")]
    title: str
    source: Annotated[str, Field(description="`configuration`, `operator`, `feed:ID` or `page:ID`")]
    since: Time
    until: Annotated[Time, Field(description="with windows that go on where it ends")]


class ProbableCauseView(TypedDict):
    """The incident upstream that most likely caused another one."""

    incident: str
    service: str
    components: Annotated[
        list[str], Field(description="those that are depended on; none: the whole service")
    ]
    probability: Annotated[
        float, Field(description="from timing and from where both reach, 0.5 to 1")
    ]
    root: Annotated[CauseIdView, Field(description="what most likely caused that in turn")]


class ProbableEndView(TypedDict):
    """An end that is not sure yet: it probably is over since (after, by]."""

    after: Annotated[Time, Field(description="its last bad look")]
    by: Annotated[Time, Field(description="the first good one after")]
    probability: Annotated[float, Field(description="that it is over for good, 0 to 0.99")]


class IncidentView(TypedDict):
    """One disruption. It began in (started_after, started_by] and ended in (ended_after,
    ended_by].
    """

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
    ended_by: Annotated[
        Time | None, Field(description="null while it goes on, and when no look saw its end")
    ]
    resolved_at: Annotated[Time | None, Field(description="null while it is open")]
    probably_over: Annotated[
        ProbableEndView | None,
        Field(
            description="while it is open and nothing of it is claimed any more: since when it"
            " probably is over"
        ),
    ]
    intermittent: Annotated[
        bool, Field(description="whether it came and went several times within an hour")
    ]
    duty_cycle: Annotated[
        float | None,
        Field(
            description="of an intermittent one, the share of the time in which it fails, from 0"
            " to 1; null while not known"
        ),
    ]
    period_ms: Annotated[
        int | None,
        Field(description="and the usual time from one beginning to the next; null likewise"),
    ]
    withdrawn: Annotated[
        bool,
        Field(
            description="whether what it rested on counts no more: results that were struck, or of"
            " workers that were found sick; `reason` says which"
        ),
    ]
    closed_because: Annotated[
        Closed | None,
        Field(
            description="why it is open no more: it `ended`, nothing of it is looked at any more"
            " (`removed`), it was over when somebody looked again (`unseen`), or there was none"
            " (`withdrawn`)"
        ),
    ]
    cause: Annotated[
        CauseView | None,
        Field(
            description=(
                "the earlier incident that it most likely shares its cause with: they began"
                " together"
            )
        ),
    ]
    maintenance: Annotated[
        MaintenanceView | None,
        Field(description="the announced maintenance that it began in, if it began in any"),
    ]
    probably_caused_by: Annotated[
        ProbableCauseView | None,
        Field(
            description="the incident of a service that it depends on which most likely caused it"
        ),
    ]


class PartView(TypedDict):
    """When an incident began and ended in one region, or for one component."""

    axis: Annotated[str, Field(description="`region` or `component`")]
    name: Annotated[str, Field(description="id of the region or component")]
    since: Time
    until: Annotated[Time | None, Field(description="null while it goes on there")]
    lasted_ms: Annotated[int | None, Field(description="null while it goes on there")]


class TimelineLine(TypedDict):
    """What happened to an incident, and how far it reached from then on."""

    at: Time
    event: Annotated[
        str,
        Field(description="`opened`, `updated`, `ending`, `resolved`, `revised` or `withdrawn`"),
    ]
    severity: SeverityWord
    scope: ScopeWord
    regions: list[str]
    components: list[str]
    reason: str
    intermittent: bool
    cause: Annotated[
        str | None,
        Field(description="id of the incident that it was then thought to share its cause with"),
    ]


class IncidentDetail(IncidentView):
    """An incident with all that happened to it, oldest first."""

    failing_share: Annotated[
        FailingShareView | None,
        Field(
            description=(
                "how many looks failed when the last line was added before it was resolved; null"
                " when that was not kept"
            )
        ),
    ]
    parts: Annotated[
        list[PartView], Field(description="each region and component that it ever reached")
    ]
    alike: Annotated[
        list[IncidentView],
        Field(description="the other incidents that most likely have the same cause, oldest first"),
    ]
    timeline: list[TimelineLine]


class Incidents(TypedDict):
    """One page of incidents, newest first. Ask again with `cursor` set to `next`."""

    items: list[IncidentView]
    next: Next
