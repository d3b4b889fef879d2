"""A verdict: what it says, the cells it rests on, and the evidence that anyone can recompute it
from.
"""

from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from api.documents.words import CellWord, ScopeWord, SeverityWord, Time


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


class HypothesisView(TypedDict):
    """One explanation of what was seen, and how likely it is."""

    scope: ScopeWord
    components: list[str]
    regions: list[str]
    group: Annotated[str, Field(description="what the regions share; may be empty")]
    chance: Annotated[
        float,
        Field(description="how likely it is, among all explanations and that nothing is wrong"),
    ]
    nats: Annotated[float, Field(description="evidence for it")]
    price: Annotated[
        float,
        Field(description="evidence that it takes before it is as likely as that nothing is wrong"),
    ]
    refuted: NotRequired[
        Annotated[
            bool,
            Field(
                description="whether some of its cells are clearly well: then a part of it is said"
            ),
        ]
    ]


class FailingShareView(TypedDict):
    """How many of the looks at what is disrupted fail: all of them count since it began, or since
    its share changed, the good ones, too.
    """

    estimate: Annotated[float, Field(description="`bad` of `looks`", ge=0, le=1)]
    low: Annotated[float, Field(description="the true share most likely lies from here", ge=0)]
    high: Annotated[float, Field(description="to here: a 95 % interval (Wilson)", le=1)]
    bad: Annotated[int, Field(description="looks that failed, or were slow where it is slowness")]
    looks: Annotated[int, Field(description="all looks that count")]
    since: Annotated[Time, Field(description="the first of them")]
    until: Annotated[Time, Field(description="the last of them")]
    older: Annotated[
        bool, Field(description="whether it began before the looks that are still weighed")
    ]


class DisruptionView(TypedDict):
    """One disruption, where several of one service are told apart."""

    severity: NotRequired[SeverityWord]
    scope: ScopeWord
    regions: list[str]
    components: list[str]
    slow: Annotated[bool, Field(description="slowness rather than failures")]
    group: str
    at_least: Annotated[bool, Field(description="whether it may reach farther")]
    failing_share: NotRequired[FailingShareView]


class RegionCount(TypedDict):
    """How many regions should look, vote, and are disrupted."""

    bad: int
    heard: int
    enabled: int


@with_config(ConfigDict(extra="allow"))
class EvidenceView(TypedDict, total=False):
    """What a verdict rests on beside its cells; later versions may tell more. Empty when none was
    kept.
    """

    rules_version: str
    thresholds: Annotated[dict[str, Any], Field(description="every threshold that was used")]
    regions: RegionCount
    heard: Annotated[list[str], Field(description="regions that vote")]
    unfit: Annotated[
        dict[str, str],
        Field(description="regions that do not vote because they are unfit, and why"),
    ]
    silent: Annotated[
        dict[str, str],
        Field(description="regions that do not vote because they are silent, and why"),
    ]
    losing: Annotated[
        dict[str, str],
        Field(
            description="regions that lose a part of everything, and what: they vote, weighed down"
        ),
    ]
    votes: Annotated[
        dict[str, dict[str, CellWord]], Field(description="by component, then by region")
    ]
    wrong: Annotated[float, Field(description="how likely anything is wrong")]
    hypotheses: Annotated[
        list[HypothesisView], Field(description="the best explanations, the likeliest first")
    ]
    disruptions: Annotated[
        list[DisruptionView], Field(description="each one that is told apart, the surest first")
    ]


class VerdictView(TypedDict):
    """What the results say of one service now: how bad, and how far it reaches."""

    at: Annotated[Time | None, Field(description="when it was judged; null when it never was")]
    severity: SeverityWord
    scope: ScopeWord
    regions: Annotated[list[str], Field(description="ids of the regions that are disrupted")]
    components: Annotated[list[str], Field(description="ids of the components that fail")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: Annotated[str, Field(description="one sentence for people")]


class FullVerdictView(VerdictView):
    """A verdict with its cells and the evidence that anyone can recompute it from."""

    cells: list[CellView]
    evidence: EvidenceView
