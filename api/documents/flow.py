"""How looks are ordered and taken in: counts, delays, and what waits where. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.broker import Traffic
from api.documents.overview import CoordinatorView
from api.documents.picture.picture import Picture
from api.documents.words import Time, TroubleWord
from coordinator.encoding import moment
from worker.contract.instant import Instant, rfc3339

_COUNTS: Final = (
    *("reports", "results", "repeats", "refused"),
    *("looks_ordered", "looks_lost", "gaps"),
    *("extra_looks_asked", "extra_looks_ordered", "extra_looks_dropped", "extra_looks_capped"),
)
_DELAYS: Final = ("order_lag_p99_ms", "ingest_lag_p50_ms", "ingest_lag_p99_ms", "judge_p99_ms")
_WRITTEN: Final = ("reports", "results", "repeats", "refused")


class CountsView(TypedDict, total=False):
    """Counts of a coordinator since its start."""

    reports: Annotated[int, Field(description="reports taken in")]
    results: Annotated[int, Field(description="results stored")]
    repeats: Annotated[int, Field(description="results that were known already")]
    refused: Annotated[int, Field(description="what was refused of reports")]
    looks_ordered: int
    looks_lost: Annotated[int, Field(description="ordered looks that nothing came back of")]
    gaps: Annotated[int, Field(description="gaps declared")]
    extra_looks_asked: Annotated[int, Field(description="looks the judge asked for in addition")]
    extra_looks_ordered: int
    extra_looks_dropped: Annotated[int, Field(description="nobody was there to look")]
    extra_looks_capped: Annotated[int, Field(description="more than the cap allows")]


class DelaysView(TypedDict):
    """Delays in milliseconds over the last thousand measurements; null without any."""

    order_lag_p99_ms: Annotated[
        float | None, Field(description="how late the broker took orders, 99th percentile")
    ]
    ingest_lag_p50_ms: Annotated[
        float | None, Field(description="from a report's arrival to its commit, median")
    ]
    ingest_lag_p99_ms: Annotated[
        float | None, Field(description="from a report's arrival to its commit, 99th percentile")
    ]
    judge_p99_ms: Annotated[
        float | None, Field(description="how long one judging takes, 99th percentile")
    ]


class QueueView(TypedDict):
    """What came from a region over the broker, and what waits there."""

    region: str
    waiting: Annotated[int, Field(description="reports that wait at the broker")]
    waiting_s: Annotated[float, Field(description="how long the oldest of them has waited")]
    messages: Annotated[int, Field(description="taken from the broker")]
    bytes: int
    trimmed: Annotated[int, Field(description="thrown away unread, because too many waited")]
    refused: Annotated[
        dict[str, int], Field(description="messages that were no reports, by reason")
    ]
    trouble: TroubleWord
    trouble_why: str


class WriterCounts(TypedDict):
    """A process of its own that stores, and its counts since its start."""

    name: str
    reports: int
    results: int
    repeats: int
    refused: int


class NoticesWaiting(TypedDict):
    """Messages of a rule of `notify` that have not arrived yet."""

    rule: str
    waiting: int
    since: Time


class Flow(TypedDict):
    """How looks are ordered and taken in."""

    coordinator: CoordinatorView
    started_at: Time | None
    configuration: Annotated[int | None, Field(description="the version that it goes by")]
    connected: Annotated[
        bool | None, Field(description="whether it has a link to the broker; null if never heard")
    ]
    ordered_until: Annotated[Time | None, Field(description="looks due by then were ordered")]
    newest_result_at: Annotated[Time | None, Field(description="when the last one was received")]
    waiting_reports: Annotated[
        int | None, Field(description="reports that came and are yet to be taken in")
    ]
    outstanding_looks: Annotated[
        int | None, Field(description="ordered looks that nothing came back of yet")
    ]
    counts: CountsView
    delays: DelaysView
    regions: Annotated[list[QueueView], Field(description="in the order of the configuration")]
    writers: list[WriterCounts]
    notices: list[NoticesWaiting]


def flow_of(
    picture: Picture,
    writers: Mapping[str, Mapping[str, Any]],
    newest: Instant | None,
    notices: Sequence[tuple[str, int, Instant]],
) -> Flow:
    """The document, from what each process told of itself."""
    told = picture.coordinator
    return {
        "coordinator": picture.coordinator_view,
        "started_at": told.get("started_at"),
        "configuration": told.get("configuration"),
        "connected": told.get("connected"),
        "ordered_until": moment(told.get("ticked_until_ms")),
        "newest_result_at": moment(newest),
        "waiting_reports": told.get("waiting_reports"),
        "outstanding_looks": told.get("outstanding_looks"),
        "counts": _counts(told),
        "delays": _delays(told),
        "regions": [
            _queue(region["id"], picture.traffic.get(region["id"], Traffic()))
            for region in picture.regions
        ],
        "writers": [_writer(name, one) for name, one in writers.items()],
        "notices": [
            {"rule": rule, "waiting": count, "since": rfc3339(since)}
            for rule, count, since in notices
        ],
    }


def _counts(told: Mapping[str, Any]) -> CountsView:
    found: Any = {name: told[name] for name in _COUNTS if name in told}
    return found  # type: ignore[no-any-return]


def _delays(told: Mapping[str, Any]) -> DelaysView:
    found: Any = {name: told.get(name) for name in _DELAYS}
    return found  # type: ignore[no-any-return]


def _writer(name: str, told: Mapping[str, Any]) -> WriterCounts:
    found: Any = {"name": name, **{count: told.get(count, 0) for count in _WRITTEN}}
    return found  # type: ignore[no-any-return]


def _queue(region: str, traffic: Traffic) -> QueueView:
    found: Any = {
        "region": region,
        "waiting": traffic.waiting,
        "waiting_s": traffic.waiting_s,
        **{name: traffic.counts.get(name, 0) for name in ("messages", "bytes", "trimmed")},
        "refused": dict(traffic.refused),
        "trouble": traffic.trouble,
        "trouble_why": traffic.why,
    }
    return found  # type: ignore[no-any-return]
