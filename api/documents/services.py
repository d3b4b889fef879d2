"""A service with its verdict, in the sizes that people ask for: line, whole, matrix."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.incidents import IncidentView
from api.documents.verdicts import CellView, FullVerdictView, VerdictView
from api.documents.words import FitnessWord, ScopeWord, StateWord, Time


class ComponentView(TypedDict):
    """A user-visible feature of a service."""

    id: str
    name: str
    label: Annotated[
        str, Field(description="the name without the service's, for where that is shown already")
    ]


class StatusPageView(TypedDict):
    """Where the vendor publishes its own view."""

    provider: str
    url: str


class DisruptionLine(TypedDict):
    """One of several disruptions that go on at once, in a few words."""

    headline: str
    state: StateWord
    slow: Annotated[bool, Field(description="nothing fails; answers only take longer")]
    scope: ScopeWord
    regions: list[str]
    components: list[str]


class ServiceView(TypedDict):
    """A service and what is said of it now."""

    id: str
    name: str
    role: Annotated[
        str, Field(description="`service`, or `reference`: only used to tell who is fit to speak")
    ]
    status_page: StatusPageView | None
    components: list[ComponentView]
    regions: Annotated[list[str], Field(description="ids of the regions that look at it")]
    state: StateWord
    headline: Annotated[str, Field(description="the verdict in a few words, without name and time")]
    since: Annotated[
        Time | None,
        Field(description="when the open incident had begun at the latest; null while all is well"),
    ]
    disruptions: Annotated[
        list[DisruptionLine], Field(description="each one that is told apart; mostly one or none")
    ]
    verdict: VerdictView


class ServiceLine(ServiceView):
    """A service with its cells, as the page shows it."""

    cells: list[CellView]


class ServiceDetail(TypedDict):
    """A service with its verdict, the evidence, and the incidents that are open."""

    id: str
    name: str
    role: str
    status_page: StatusPageView | None
    components: list[ComponentView]
    regions: list[str]
    state: StateWord
    headline: str
    since: Time | None
    disruptions: list[DisruptionLine]
    verdict: FullVerdictView
    incidents: list[IncidentView]


class MatrixRegion(TypedDict):
    """A column of the matrix."""

    id: str
    name: str
    fitness: FitnessWord
    why: str


class Matrix(TypedDict):
    """Component by region. A pair without a cell is not looked at."""

    service: str
    at: Time | None
    components: Annotated[list[ComponentView], Field(description="the rows, in order")]
    regions: Annotated[list[MatrixRegion], Field(description="the columns, in order")]
    cells: list[CellView]


class Services(TypedDict):
    """All services that are judged."""

    items: list[ServiceView]
