"""A row: a result record as it is decoded, typed, and the result that it tells.

Making a frozen `Result` field by field costs more than decoding its whole line. So a draft of the same layout, which
may be filled, is made and becomes a result by changing its class, which Python allows for equal slots.
"""

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, field, fields, make_dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, cast

import msgspec

from worker.contract.outcome import Blame, Reason
from worker.contract.result import FIELDS, Result

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
REQUIRED = tuple(entry.name for entry in fields(Result) if entry.default is MISSING is entry.default_factory)
_Draft = make_dataclass("_Draft", [(name, Any, field()) for name in FIELDS], slots=True)


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
    made = []
    for row in rows:
        draft = _Draft(
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
        draft.__class__ = Result
        made.append(draft)
    return made


def result_of(values: Sequence[Any]) -> Result:
    """The result with these values, in column order, which are taken as they are."""
    draft = _Draft(*values)
    draft.__class__ = Result
    return cast(Result, draft)
