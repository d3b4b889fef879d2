"""A row: a result record as it is decoded, typed, and the result that it tells."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from worker.contract.outcome import Blame, Reason
from worker.contract.result import FIELDS, Result

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
REQUIRED = FIELDS[: FIELDS.index("detail")]


class Row(msgspec.Struct, gc=False):
    """A decoded record. Unknown keys are ignored; null stands for what was not measured."""

    id: str
    check: str
    service: str
    component: str
    kind: str
    region: str
    worker: str
    scheduled_at: Moment
    started_at: Moment
    received_at: Moment
    attempt: int
    ok: bool
    reason: Reason
    blame: Blame
    detail: str | None = None
    status_code: int | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float | None = None
    ip: str | None = None
    asn: int | None = None
    ip_country: str | None = None
    extra: dict[str, Any] | None = None


def results_of(rows: Iterable[Row]) -> list[Result]:
    """The results that rows tell."""
    return [
        Result(
            row.id,
            row.check,
            row.service,
            row.component,
            row.kind,
            row.region,
            row.worker,
            (row.scheduled_at - _EPOCH) // _MILLISECOND,
            (row.started_at - _EPOCH) // _MILLISECOND,
            (row.received_at - _EPOCH) // _MILLISECOND,
            row.attempt,
            row.ok,
            row.reason,
            row.blame,
            row.detail or "",
            row.status_code,
            row.dns_ms,
            row.connect_ms,
            row.tls_ms,
            row.ttfb_ms,
            row.total_ms,
            row.ip,
            row.asn,
            row.ip_country,
            row.extra or {},
        )
        for row in rows
    ]
