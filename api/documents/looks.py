"""Looks that somebody asked for, as the job is asked for and told."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from api.documents.results import ResultRecord
from api.documents.words import Time
from coordinator.domain.schedule.wishes import Came, Wished
from coordinator.encoding import moment
from coordinator.store.looking.look_jobs import MOST_LOOKS, LookJob
from worker.contract.instant import Instant, rfc3339
from worker.contract.message import IDENTIFIER
from worker.contract.result import Result, to_record

WHY: Final[Mapping[Came, str]] = {
    Came.CAPPED: "more extra looks than may be made at once; ask again in a minute",
    Came.SILENT: "no worker of this region is heard",
    Came.BROKER_AWAY: "the broker did not take the order",
    Came.NOT_CONFIGURED: "the coordinator does not look at this from there any more",
    Came.TOO_OFTEN: "asked for too often within one interval of the check",
}
_UNTAKEN: Final = "no coordinator took it up; is one running?"
_UNHEARD: Final = "it was ordered, and no result came back in time"
_UNKNOWN: Final = "the coordinator stopped while it ordered it, and no result came back"

LookState = Literal["waiting", "ordered", "seen", "refused", "expired"]
RegionId = Annotated[str, Field(pattern=IDENTIFIER)]


class LooksAsked(BaseModel):
    """What to look at now: one check, or all of a service; from all of its regions, or some."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str | None = Field(default=None, pattern=IDENTIFIER, examples=["claude-api"])
    service: str | None = Field(default=None, pattern=IDENTIFIER, examples=["claude"])
    regions: list[RegionId] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_LOOKS,
        description="all that look at it, when it is left out",
    )


class AskedLooks(TypedDict, total=False):
    """What was asked for, without what was left out."""

    check: str
    service: str
    regions: list[str]


class WishedLook(TypedDict):
    """One look: a check from a region."""

    check: str
    region: str
    state: Annotated[
        LookState,
        Field(
            description="`waiting` for a coordinator, `ordered` and not back yet, `seen` with its"
            " result; `refused` and `expired` say why"
        ),
    ]
    why: Annotated[str, Field(description="why there is no result, for people; else empty")]
    result: ResultRecord | None


class LookJobView(TypedDict):
    """Looks that were asked for together, with the results that came so far."""

    id: str
    asked: AskedLooks
    made_at: Time
    ordered_at: Annotated[
        Time | None, Field(description="`scheduled_at` of the results; null until it was taken up")
    ]
    over_by: Annotated[Time, Field(description="it is over then at the latest")]
    over: Annotated[bool, Field(description="nothing of it changes any more")]
    looks: list[WishedLook]


def look_job(job: LookJob, results: Mapping[tuple[str, str], Result], at: Instant) -> LookJobView:
    """The job as it stands at a moment, with the results that are stored by then."""
    looks = [_look(job, one, results.get((one.check, one.region)), at) for one in job.looks]
    return {
        "id": job.id,
        "asked": cast("AskedLooks", job.asked),
        "made_at": rfc3339(job.made_at),
        "ordered_at": moment(job.taken_at),
        "over_by": rfc3339(job.over_by),
        "over": all(one["state"] not in ("waiting", "ordered") for one in looks),
        "looks": looks,
    }


def _look(job: LookJob, look: Wished, result: Result | None, at: Instant) -> WishedLook:
    state, why = _state(job, look, result, at)
    record = None if result is None else to_record(result)
    return {
        "check": look.check,
        "region": look.region,
        "state": state,
        "why": why,
        "result": cast("ResultRecord | None", record),
    }


def _state(job: LookJob, look: Wished, result: Result | None, at: Instant) -> tuple[LookState, str]:
    if result is not None:
        return "seen", ""
    if look.came is not None and look.came in WHY:
        return "refused", WHY[look.came]
    ordered = look.came is Came.ORDERED
    if at < job.over_by:
        return ("ordered" if ordered else "waiting"), ""
    if job.taken_at is None:
        return "expired", _UNTAKEN
    return "expired", _UNHEARD if ordered else _UNKNOWN
