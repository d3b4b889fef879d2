"""Where we look from: regions, their workers, and the looks that were declared missed."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import FitnessWord, Time, TroubleWord
from coordinator.domain.schedule.ledger import GapReason


class StrikeView(TypedDict):
    """Results of a region that count nowhere: those that were received of it in a span."""

    number: Annotated[int, Field(description="`outscope region unstrike` asks for it")]
    since: Time
    until: Time
    reason: str
    results: Annotated[int, Field(description="how many, when it was struck")]


class PlaceView(TypedDict):
    """Where a region is, as configured and as its workers' public addresses tell."""

    claimed: Annotated[str | None, Field(description="country, as configured")]
    observed: Annotated[
        str | None,
        Field(description="country of its workers' public addresses; null where that is not known"),
    ]
    agrees: Annotated[bool | None, Field(description="null where one of them is not known")]


class RegionView(TypedDict):
    """A region and whether it is fit to speak."""

    id: str
    name: str
    country: Annotated[str | None, Field(description="as configured; null when it is not")]
    continent: str | None
    latitude: float | None
    longitude: float | None
    simulated: Annotated[
        bool, Field(description="it is only played: a vantage point whatever machine it shares")
    ]
    workers_from: Annotated[
        Literal["here", "joined"],
        Field(
            description="whose workers it has: `outscope up` starts one on its own machine (here),"
            " or only those that joined or were started elsewhere (joined)"
        ),
    ]
    place: PlaceView
    together: Annotated[
        list[str],
        Field(
            description="other regions that look from the same machine or address: all of them"
            " count as one vantage point"
        ),
    ]
    fitness: FitnessWord
    why: Annotated[
        str,
        Field(
            description="why it is so, in a few words; may be empty. Of a fit one, what it loses of"
            " everything: what fails there counts for less"
        ),
    ]
    at: Annotated[Time | None, Field(description="when that was judged; null when it never was")]
    workers: Annotated[int, Field(description="workers heard of in the last week, at most 100")]
    trouble: Annotated[
        TroubleWord,
        Field(description="what it does to the broker beyond its work, lately; empty when nothing"),
    ]
    trouble_why: Annotated[str, Field(description="the same in a few words; may be empty")]
    quarantined: Annotated[
        bool, Field(description="somebody took it out: its reports are dropped, it does not vote")
    ]
    via: Annotated[
        str,
        Field(
            description="`globalping` when the region is borrowed, and probes of others look from"
            " there; empty when workers of ours do"
        ),
    ]
    looks_every_s: Annotated[
        float | None,
        Field(
            description="seconds from one regular look of its quickest check to the next; null when"
            " nothing is looked at from there"
        ),
    ]
    strikes: Annotated[
        list[StrikeView],
        Field(description="what of it counts nowhere, the latest first; at most five"),
    ]


class UnknownRegion(TypedDict):
    """A region whose workers report and that is not configured: nobody serves them."""

    id: str
    like: Annotated[
        str, Field(description="the configured region that is spelled most like it; may be empty")
    ]


class VitalsView(TypedDict, total=False):
    """How a worker is doing, as it said with its last heartbeat."""

    version: str
    kinds: list[str]
    started_at: Time
    in_flight: int
    outbox_reports: int
    dropped_reports: int
    late_looks: int
    standing: Annotated[
        str | None,
        Field(
            description="the version of the standing orders that it holds, empty without any; null"
            " or absent when it takes none"
        ),
    ]
    standing_until: Annotated[int, Field(description="their end, in milliseconds since 1970")]
    alone: Annotated[
        bool, Field(description="whether it heard nobody until a moment ago, and looked by them")
    ]
    alone_looks: Annotated[int, Field(description="looks made by them since its start")]
    lost_looks: Annotated[
        int,
        Field(
            description="looks of which only counts are left, because its outbox had no more room"
        ),
    ]
    lost_minutes: Annotated[
        list[tuple[int, int, int]],
        Field(description="those by minute: milliseconds since 1970, looks, and failed ones"),
    ]
    loop_lag_ms: float
    rss_mb: float
    budget_left: Annotated[
        int | None,
        Field(description="borrowed tests left to its machine within the hour; null for own looks"),
    ]
    self_test: Annotated[str, Field(description="empty when its self-test passed")]
    clock_ahead_ms: Annotated[
        int,
        Field(
            description="how far its clock is ahead of the coordinator's, negative when behind; its"
            " looks are timed by the coordinator's all the same"
        ),
    ]
    standpoint: Annotated[
        str,
        Field(
            description="hashes of its machine, the start of that and its public address, and the"
            " country and network of that; workers that share one look from one place"
        ),
    ]
    pins_key: Annotated[
        bool | None,
        Field(
            description="whether it obeys only what the coordinator signed; null or absent when it"
            " does not tell"
        ),
    ]


class WorkerView(TypedDict):
    """A worker of a region: when it was heard, whether it is fit, how it is doing."""

    region: str
    worker: str
    fitness: FitnessWord
    why: str
    first_heard_at: Time
    heard_at: Time | None
    address: Annotated[
        str | None,
        Field(description="the address it looks from, the public one where known"),
    ]
    asn: Annotated[int | None, Field(description="network that the address belongs to")]
    ip_country: Annotated[str | None, Field(description="country that the address is in")]
    vitals: VitalsView | None


class GapView(TypedDict):
    """Looks that did not happen or were never heard of: consecutive slots of one check in one
    region.
    """

    check: str
    service: str
    region: str
    first_slot: int
    last_slot: int
    first_at: Time
    last_at: Time
    reason: Annotated[
        GapReason,
        Field(
            description="`no_worker`: none of the region was heard; `no_result`: nothing came back;"
            " `no_broker`: the broker was away, or refused; `paused`: the coordinator stood still;"
            " `no_room`: it was made, and its worker had no more room to keep what it saw"
        ),
    ]


class Regions(TypedDict):
    """All regions."""

    items: list[RegionView]
    unknown: Annotated[
        list[UnknownRegion],
        Field(description="regions that report and are not configured; at most 20"),
    ]


class Workers(TypedDict):
    """All workers."""

    items: list[WorkerView]


class Gaps(TypedDict):
    """Gaps, the latest first, and the cursor of the next page."""

    items: list[GapView]
    next: str | None
