"""A result as a row and back; column order is the field order of `Result`."""

from typing import Any, Final

from coordinator.encoding import from_text, to_text
from coordinator.store.database import Row
from worker.contract.outcome import Blame, Reason
from worker.contract.result import FIELDS, Result

COLUMNS: Final = ", ".join(f'"{name}"' for name in FIELDS)
INSERT: Final = f"INSERT INTO result ({COLUMNS}) VALUES ({', '.join('?' * len(FIELDS))})"
_TYPES: Final = {
    "scheduled_at": "bigint",
    "started_at": "bigint",
    "received_at": "bigint",
    "attempt": "int",
    "ok": "boolean",
    "status_code": "int",
    "asn": "bigint",
    **dict.fromkeys(("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms"), "double precision"),
}
_ARRAYS: Final = ", ".join(f"?::{_TYPES.get(name, 'text')}[]" for name in FIELDS)
INSERT_ARRAYS: Final = (
    f"INSERT INTO result ({COLUMNS}) SELECT * FROM unnest({_ARRAYS}) ON CONFLICT DO "
    "NOTHING RETURNING id"
)
"""PostgreSQL takes a whole batch in one statement, a column an array, and says which rows were
new.
"""

_REASON: Final = FIELDS.index("reason")
_REASONS: Final = {reason.value: reason for reason in Reason}
_BLAMES: Final = {blame.value: blame for blame in Blame}


def to_row(result: Result) -> tuple[Any, ...]:
    """The values of a result, one for each column."""
    return (
        *result[:_REASON],
        result.reason._value_,
        result.blame._value_,
        *result[_REASON + 2 : -1],
        to_text(dict(result.extra)) if result.extra else "{}",
    )


def from_row(row: Row) -> Result:
    """The result that a row tells; the row is used up."""
    row["ok"] = bool(row["ok"])
    row["reason"] = _REASONS[row["reason"]]
    row["blame"] = _BLAMES[row["blame"]]
    row["extra"] = {} if row["extra"] == "{}" else from_text(row["extra"])
    return Result(**row)
