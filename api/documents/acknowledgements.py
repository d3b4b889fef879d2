"""What vendors say of their incidents beside what we saw, and how they did over a while."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Next, ScopeWord, Time

StateWord = Literal["acknowledged", "nothing_yet", "never", "not_heard", "unseen", "void"]
CourseWord = Literal["goes_on", "over", "not_begun", "unknown"]
ReachWord = Literal["right", "narrower", "wider", "other", "cannot_say"]


class BoundedMs(TypedDict):
    """A duration in milliseconds with its error; a bound is null where there is none."""

    best_ms: int
    least_ms: int | None
    most_ms: int | None


class ObservedStart(TypedDict):
    """It began in (after, by], as we saw."""

    after: Annotated[Time | None, Field(description="null when no good look came before")]
    by: Time


class SaidReach(TypedDict):
    """How far it reaches in the vendor's words, and as we saw."""

    scope_said: Annotated[
        ScopeWord | None, Field(description="null when it names neither component nor region")
    ]
    scope_observed: Annotated[ScopeWord, Field(description="the widest that the incident had")]
    scope: Annotated[ReachWord, Field(description="what is said beside what was observed")]
    components_said: Annotated[list[str], Field(description="ids of ours that it names")]
    components_missing: Annotated[list[str], Field(description="failed, and not admitted")]
    components_more: Annotated[list[str], Field(description="admitted, and not seen to fail")]
    regions_said: Annotated[list[str], Field(description="in the vendor's own words")]


class VendorView(TypedDict):
    """The newest wording of a statement."""

    page: Annotated[str, Field(description="id of the check that reads the vendor's page")]
    incident: Annotated[str, Field(description="the vendor's own id")]
    title: str
    status: Annotated[str, Field(description="the vendor's own word")]
    course: Annotated[CourseWord, Field(description="whether it goes on by that word")]
    impact: str
    latest: str
    components: Annotated[list[str], Field(description="as the vendor writes them")]
    regions: list[str]
    url: str
    resolved_at: Time | None
    edits: Annotated[int, Field(description="how many wordings were read, and that it was gone")]
    gone_after: Annotated[
        Time | None, Field(description="the page has it no more: the last look that read it")
    ]
    gone_by: Annotated[Time | None, Field(description="and the first look that did not")]


class EditView(TypedDict):
    """One wording, which came in (read_after, read_by]; or that the page had it no more."""

    read_after: Annotated[Time | None, Field(description="null when no look came before")]
    read_by: Time
    read_last: Time
    gone: Annotated[bool, Field(description="then it has no words")]
    title: str
    status: str
    impact: str
    latest: str
    components: list[str]
    regions: list[str]
    claimed_start: Time | None
    published_at: Time | None
    updated_at: Time | None
    resolved_at: Time | None


class AcknowledgementView(TypedDict):
    """An incident with one statement of its vendor, or either of them alone.

    Four clocks: `observed_start`, `claimed_start`, `published_at` (both as the vendor says), and
    when the page had it first, in (seen_after, seen_by].
    """

    id: str
    service: str
    state: Annotated[
        StateWord,
        Field(
            description="`acknowledged`; `nothing_yet` and `never`: the page was read and is"
            " silent; `not_heard`: it could not be read; `unseen`: the vendor says what we never"
            " saw; `void`: no longer so since one side was edited"
        ),
    ]
    at: Annotated[Time, Field(description="when our incident was opened, else when it was read")]
    incident_id: str | None
    first: Annotated[bool, Field(description="whether it is the first word on its incident")]
    matched_by: Literal["component", "time"] | None
    observed_start: ObservedStart | None
    claimed_start: Time | None
    published_at: Time | None
    seen_after: Time | None
    seen_by: Time | None
    lag: Annotated[
        BoundedMs | None, Field(description="from the start that we saw until it was admitted")
    ]
    claim_error: Annotated[
        BoundedMs | None, Field(description="from the start that we saw until the claimed one")
    ]
    backdated: Annotated[
        bool | None,
        Field(description="dated before a look that read the page without it; null: cannot say"),
    ]
    reach: SaidReach | None
    vendor: VendorView | None
    green_ms: Annotated[
        int, Field(description="how long the page was green while the incident was seen")
    ]
    unheard_ms: Annotated[
        int, Field(description="how long it was not read then, or did not say whether it goes on")
    ]
    remarks: Annotated[list[str], Field(description="what cannot be taken as it stands, and why")]


class WithEdits(AcknowledgementView):
    """The same with every wording, oldest first."""

    sentence: Annotated[str, Field(description="all of it in one sentence")]
    wordings: list[EditView]


class IncidentAcknowledgements(TypedDict):
    """What the vendor says of one incident, the first word first."""

    incident: str
    service: str
    watched: Annotated[bool, Field(description="whether a check reads the vendor's page")]
    items: list[WithEdits]


class Acknowledgements(TypedDict):
    """One page of acknowledgements, newest first. Ask again with `cursor` set to `next`."""

    items: list[AcknowledgementView]
    next: Next


class Scorecard(TypedDict):
    """How a vendor did with the incidents that were opened in [since, until)."""

    vendor: Annotated[str, Field(description="id of the service whose pages it speaks on")]
    pages: Annotated[list[str], Field(description="ids of the checks that read them")]
    since: Time
    until: Time
    incidents: Annotated[int, Field(description="of ours; those withdrawn are not counted")]
    acknowledged: int
    nothing_yet: int
    never: int
    not_heard: Annotated[int, Field(description="while its page could not be read; counts nowhere")]
    unseen: Annotated[int, Field(description="statements of what we never saw")]
    backdated: int
    share_acknowledged: Annotated[
        float | None, Field(description="of those that are settled: acknowledged or never")
    ]
    lag_median: Annotated[
        BoundedMs | None, Field(description="of the incident in the middle, with its error")
    ]
    lag_p90: BoundedMs | None
    scope_told: Annotated[int, Field(description="how often the reach can be compared")]
    share_scope_right: Annotated[float | None, Field(description="of those")]
    false_reassurance_minutes: Annotated[
        float, Field(description="the page was green while we saw an incident")
    ]
    unheard_minutes: Annotated[
        float, Field(description="we saw an incident and cannot say what the page was")
    ]


class Scorecards(TypedDict):
    """Those of all vendors whose pages are read."""

    items: list[Scorecard]
