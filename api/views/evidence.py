"""How verdicts came about: their numbers, and the same in sentences."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.views.incidents import TimelineLine
from api.views.verdicts import FullVerdictView


class NamesView(TypedDict):
    """What the ids are called; what has left the configuration has no name."""

    service: str
    components: dict[str, str]
    regions: dict[str, str]
    services: Annotated[dict[str, str], Field(description="every service that is configured")]


class ServiceEvidence(TypedDict):
    """The verdict of a service that stands, or stood, and how it came about."""

    service: str
    names: NamesView
    verdict: FullVerdictView
    sentences: Annotated[list[str], Field(description="the same for people; times in UTC")]


class LineEvidence(TimelineLine):
    """A line of a timeline with the verdict of its moment, and how that came about."""

    verdict: Annotated[FullVerdictView | None, Field(description="null when none was kept")]
    sentences: Annotated[list[str], Field(description="how that verdict came about, for people; times in UTC")]


class IncidentEvidence(TypedDict):
    """How an incident came about and went on: the evidence of each line of its timeline, oldest first."""

    id: str
    service: str
    names: NamesView
    lines: list[LineEvidence]
    sentences: Annotated[list[str], Field(description="its whole life, for people; times in UTC")]
