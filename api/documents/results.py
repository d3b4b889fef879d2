"""Result records, in the shape that the wire, the store, exports and replay use."""

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Next, Time


class ResultRecord(TypedDict):
    """What one worker saw of one check in one slot. Durations are milliseconds; phases do not
    overlap.
    """

    id: Annotated[str, Field(description="derived from check, region, slot and attempt")]
    check: str
    service: str
    component: str
    kind: str
    region: str
    worker: str
    scheduled_at: Time
    started_at: Time
    received_at: Time
    attempt: Annotated[int, Field(description="0, or 1.. for a confirmation look")]
    ok: bool
    reason: str
    blame: Annotated[str, Field(description="only `target` and `path` count against a target")]
    detail: str
    status_code: int | None
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    ttfb_ms: float | None
    total_ms: float | None
    ip: str | None
    asn: int | None
    ip_country: str | None
    extra: dict[str, Any]


class ListedResult(ResultRecord):
    """A result record; one that counts nowhere says so."""

    struck: NotRequired[
        Annotated[
            bool,
            Field(
                description=(
                    "only there, and true, when somebody struck it (`outscope region strike`): it"
                    " counts nowhere"
                )
            ),
        ]
    ]


class Results(TypedDict):
    """One page of result records, newest first. Ask again with `cursor` set to `next`."""

    items: list[ListedResult]
    next: Next
