"""Everything that one look at the page needs, in one document."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.cascades import CascadeView
from api.documents.fleet import RegionView, UnknownRegion
from api.documents.incidents import IncidentView
from api.documents.services import ServiceLine, ServiceView
from api.documents.words import StateWord, Time


class StandbyView(TypedDict):
    """A coordinator that takes over when the one that leads falls silent."""

    process: Annotated[str, Field(examples=["process 12 on host-b"])]
    since: Time
    heard_at: Time


class CoordinatorView(TypedDict):
    """Whether what is shown is still being renewed."""

    heard_at: Annotated[
        Time | None, Field(description="when the coordinator last did anything; null if never")
    ]
    silent_after_ms: Annotated[
        int, Field(description="not heard for longer means that all this may be out of date")
    ]
    silent: Annotated[
        bool,
        Field(description="it was not heard for that long: headline and state are of the past"),
    ]
    leader: Annotated[
        str | None,
        Field(description="the process that leads, or led last", examples=["process 12 on host-a"]),
    ]
    leads_since: Annotated[Time | None, Field(description="when it took over")]
    standbys: Annotated[
        list[StandbyView], Field(description="coordinators that would take over, heard lately")
    ]


class Now(TypedDict):
    """All regions and open incidents now, and all of it in one sentence."""

    configuration: Annotated[
        int | None, Field(description="version that is applied; null when none is")
    ]
    state: Annotated[
        StateWord, Field(description="the worst there is; unknown only when nothing worse is known")
    ]
    headline: Annotated[str, Field(description="all of it in one sentence")]
    advice: Annotated[
        str, Field(description="what it means or what to do, in plain words; may be empty")
    ]
    judged_at: Time | None
    coordinator: CoordinatorView
    regions: list[RegionView]
    unknown_regions: Annotated[
        list[UnknownRegion], Field(description="regions that report and are not configured")
    ]
    incidents: Annotated[list[IncidentView], Field(description="the open ones, newest first")]
    cascades: Annotated[
        list[CascadeView],
        Field(description="which services are down because of others, the largest first"),
    ]


class Overview(Now):
    """All services with their cells, regions and open incidents now."""

    services: list[ServiceLine]


class Board(Now):
    """All services without their cells, regions and open incidents now."""

    services: list[ServiceView]
