"""The result: what one worker saw of one check in one slot, as one flat record.

The wire, the store, the API, exports and replay use the same names. Times are RFC 3339 UTC in
records and `Instant` milliseconds in memory; durations are milliseconds.
"""

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from worker.contract.instant import Instant, parse_rfc3339, rfc3339
from worker.contract.outcome import Blame, Reason

ID_BYTES = 12
MOST_ATTEMPTS: Final = 100
"""A slot's attempts are numbered below this: 0 is the regular look, the others are extra ones."""


VANTAGE: Final = "vantage"
"""The key of `extra` that says where the worker looked from, as far as others may share it."""

STANDING: Final = "standing"
"""The key of `extra` of a look that no order asked for: the worker heard nobody, and looked by its
standing orders.
"""


def result_id(
    check: str, region: str, worker: str, slot: int, attempt: int, *, made: bool = True
) -> str:
    """The id of a look, derived from what it looked at: a repeat has the same id. 24 hexadecimal
    digits. A regular look is its slot's, whichever worker of the region made it and however it came
    to that; so the key of the store lets one in, and no second one. Extra looks are their worker's,
    and so is the word that a look was not `made`: it takes the slot from nobody who made it.
    """
    key = f"{check}\n{region}\n{worker if attempt or not made else ''}\n{slot}\n{attempt}"
    return blake2b(key.encode(), digest_size=ID_BYTES).hexdigest()


class Result(NamedTuple):
    """What one worker saw of one check in one slot. Field order is the column order everywhere.

    A tuple, because thousands a second are made and become rows: it is both at a quarter of the
    cost of an object.
    """

    id: str
    check: str
    service: str
    component: str
    kind: str
    region: str
    worker: str
    scheduled_at: Instant
    started_at: Instant
    received_at: Instant
    attempt: int
    ok: bool
    reason: Reason
    blame: Blame
    detail: str = ""
    status_code: int | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float | None = None
    ip: str | None = None
    asn: int | None = None
    ip_country: str | None = None
    extra: Mapping[str, Any] = MappingProxyType({})


FIELDS: tuple[str, ...] = Result._fields
TIMES = frozenset({"scheduled_at", "started_at", "received_at"})
_REQUIRED = FIELDS[: FIELDS.index("detail")]
_TYPES: tuple[tuple[frozenset[str], type | tuple[type, ...], str], ...] = (
    (frozenset({"ok"}), bool, "true or false"),
    (frozenset({"attempt", "status_code", "asn"}), int, "a whole number"),
    (frozenset(name for name in FIELDS if name.endswith("_ms")), (int, float), "a number"),
    (frozenset({"extra"}), Mapping, "an object"),
)


def to_record(result: Result) -> dict[str, Any]:
    """The result as a flat JSON-able record, keys in column order."""
    record = result._asdict()
    for name in TIMES:
        record[name] = rfc3339(record[name])
    record["extra"] = dict(result.extra)
    return record


def from_record(record: Mapping[str, Any]) -> Result:
    """The result that a flat record tells; unknown keys are ignored, ValueError names what is
    missing or wrong.
    """
    missing = [name for name in _REQUIRED if record.get(name) is None]
    if missing:
        raise ValueError(f"missing {', '.join(missing)}")
    values = {name: record[name] for name in FIELDS if name in record}
    for name, value in values.items():
        _check(name, value)
    try:
        for name in TIMES:
            values[name] = parse_rfc3339(values[name])
        values["reason"] = Reason(values["reason"])
        values["blame"] = Blame(values["blame"])
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(str(error)) from error
    values["detail"] = values.get("detail") or ""
    values["extra"] = values.get("extra") or {}
    return Result(**values)


def _check(name: str, value: Any) -> None:
    """ValueError when a value is not of the type of its column."""
    if value is None:
        return
    for names, types, words in _TYPES:
        if name in names:
            if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
                raise ValueError(f"{name} is {value!r}, not {words}")
            return
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}, not text")
