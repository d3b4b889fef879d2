"""Everything that one look at the page needs, in one document."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.fleet import RegionView, UnknownRegion
from api.documents.incidents import IncidentView
from api.documents.services import ServiceLine
from api.documents.words import StateWord, Time


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


class Overview(TypedDict):
    """All services, regions and open incidents now."""

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
    services: list[ServiceLine]
    regions: list[RegionView]
    unknown_regions: Annotated[
        list[UnknownRegion], Field(description="regions that report and are not configured")
    ]
    incidents: Annotated[list[IncidentView], Field(description="the open ones, newest first")]
