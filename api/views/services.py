"""A service with its verdict, in the sizes that people ask for: line, whole, matrix."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from api.views.incidents import IncidentView
from api.views.words import CellWord, FitnessWord, ScopeWord, SeverityWord, StateWord, Time


class ComponentView(TypedDict):
    """A user-visible feature of a service."""

    id: str
    name: str
    label: Annotated[str, Field(description="the name without the service's, for where that is shown already")]


class StatusPageView(TypedDict):
    """Where the vendor publishes its own view."""

    provider: str
    url: str


class VerdictView(TypedDict):
    """What the results say of one service now: how bad, and how far it reaches."""

    at: Annotated[Time | None, Field(description="when it was judged; null when it never was")]
    severity: SeverityWord
    scope: ScopeWord
    regions: Annotated[list[str], Field(description="ids of the regions that are disrupted")]
    components: Annotated[list[str], Field(description="ids of the components that fail")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: Annotated[str, Field(description="one sentence for people")]


class CellView(TypedDict):
    """One component seen from one region: its state and the looks behind it."""

    component: str
    region: str
    state: CellWord
    ok: Annotated[int, Field(description="looks without fault that the state rests on")]
    bad: Annotated[int, Field(description="failed looks that the state rests on")]
    why: Annotated[str, Field(description="why it is so, or why it does not vote; may be empty")]
    last_good: Annotated[Time | None, Field(description="the bad run began after this")]
    first_bad: Annotated[Time | None, Field(description="and by this")]
    last_bad: Annotated[Time | None, Field(description="the last bad run ended after this")]
    first_good: Annotated[Time | None, Field(description="and by this")]
    reasons: Annotated[dict[str, int], Field(description="bad looks by reason")]


class FullVerdictView(VerdictView):
    """A verdict with its cells and the evidence that anyone can recompute it from."""

    cells: list[CellView]
    evidence: Annotated[dict[str, Any], Field(description="votes, who did not vote and why, thresholds, rules version")]


class ServiceView(TypedDict):
    """A service and what is said of it now."""

    id: str
    name: str
    role: Annotated[str, Field(description="`service`, or `reference`: only used to tell who is fit to speak")]
    status_page: StatusPageView | None
    components: list[ComponentView]
    regions: Annotated[list[str], Field(description="ids of the regions that look at it")]
    state: StateWord
    headline: Annotated[str, Field(description="the verdict in a few words, without name and time")]
    since: Annotated[
        Time | None, Field(description="when the open incident had begun at the latest; null while all is well")
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
