"""The history of a service, from rollups."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Time


class Percentiles(TypedDict):
    """Milliseconds, each within 1 % of the true one."""

    p50: float
    p95: float
    p99: float


class Bucket(TypedDict):
    """What was seen in some time, from everywhere that was asked for."""

    looks: int
    good: Annotated[int, Field(description="looks that went well")]
    bad: Annotated[
        int, Field(description="failures that count against the service: blame `target` or `path`")
    ]
    uptime: Annotated[
        float | None, Field(description="good / (good + bad); null when nothing counts")
    ]
    reasons: Annotated[
        dict[str, int], Field(description="looks by reason, the most frequent first")
    ]
    dns_ms: Percentiles | None
    connect_ms: Percentiles | None
    tls_ms: Percentiles | None
    ttfb_ms: Percentiles | None
    total_ms: Percentiles | None


class Point(Bucket):
    """One minute, hour or day of UTC, and which part of it is counted: one that has not ended is
    counted until `until`, one that the span cuts only within it.
    """

    at: Annotated[Time, Field(description="when it began, in UTC")]
    since: Annotated[Time, Field(description="from when on it is counted")]
    until: Annotated[Time, Field(description="until when it is counted")]


class History(TypedDict):
    """Buckets in order of time; those without looks are left out. `whole` is the span as one: the
    same in every resolution.
    """

    service: str
    resolution: Annotated[str, Field(description="minute, hour or day")]
    since: Annotated[Time, Field(description="to whole minutes; earlier where none are kept")]
    until: Time
    as_of: Annotated[Time, Field(description="up to when results are counted")]
    left_out_ms: Annotated[
        int, Field(description="of announced maintenance that is left out as a whole; 0 by default")
    ]
    whole: Bucket
    points: list[Point]
