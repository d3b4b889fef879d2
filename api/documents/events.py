"""What happened, as it is told over an event stream: for the descriptions, and for clients."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.acknowledgements import AcknowledgementView
from api.documents.incidents import IncidentView
from api.documents.words import FitnessWord, ScopeWord, SeverityWord, Time

Number = Annotated[int, Field(description="rises by one from event to event of the whole store")]


class VerdictEvent(TypedDict):
    """What is said of a service changed."""

    id: Number
    type: Literal["verdict"]
    service: str
    at: Time
    severity: SeverityWord
    scope: ScopeWord
    regions: list[str]
    components: list[str]
    confidence: float
    reason: str


class FitnessEvent(TypedDict):
    """A region, or one worker of it, became fit, unfit or silent."""

    id: Number
    type: Literal["fitness"]
    at: Time
    region: str
    worker: Annotated[str | None, Field(description="null where it is the whole region")]
    fitness: FitnessWord
    why: str


class IncidentEventView(TypedDict):
    """An incident was opened, changed, probably ended, was resolved, revised or withdrawn."""

    id: Number
    type: Annotated[str, Field(pattern=r"^incident\.[a-z]+$", examples=["incident.opened"])]
    at: Time
    event: str
    note: Annotated[str, Field(description="what the line of its timeline says")]
    incident: Annotated[IncidentView, Field(description="as it was then")]


class AcknowledgementEvent(TypedDict):
    """What a vendor says of an incident changed, or what we saw of it: the row as it is now."""

    id: Number
    type: Literal["acknowledgement"]
    at: Time
    service: str
    components: Annotated[list[str], Field(description="that are admitted, or should be")]
    note: Annotated[str, Field(description="the row in one sentence")]
    acknowledgement: AcknowledgementView


Event = VerdictEvent | FitnessEvent | IncidentEventView | AcknowledgementEvent
