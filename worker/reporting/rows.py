"""A look's outcome as one row of a report: JSON text, made at once, so that one bad value cannot
spoil a batch.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from worker.contract.instant import Instant
from worker.contract.outcome import Outcome, Reason, failure

MAX_ROW_BYTES: Final = 16_384
"""What a target says must not grow a report without bound."""
MAX_DETAIL: Final = 500
MAX_STEPS: Final = 24

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _encoder() -> Callable[[Any], str]:
    """What writes a row. The standard library makes its encoder in C anew for each document, which
    is a third of the cost of a row; here it is made once.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODER.encode
    text, default = json.encoder.encode_basestring, _ENCODER.default
    write = make(None, default, text, None, ":", ",", False, False, False)
    join = "".join
    return lambda row: join(write(row, 0))


_encode: Final = _encoder()


def encode_row(
    check: str,
    slot: int,
    attempt: int,
    scheduled_at: Instant,
    started_at: Instant,
    outcome: Outcome,
) -> bytes:
    """The row as UTF-8 JSON. An outcome that is no JSON or too long becomes an `internal` one that
    says so.
    """
    look = (check, slot, attempt, scheduled_at, started_at)
    try:
        row = _encode(look + _seen(outcome)).encode()
    except (TypeError, ValueError, RecursionError) as error:
        return _refused(look, f"the probe's result cannot be sent: {type(error).__name__}")
    if len(row) > MAX_ROW_BYTES:
        return _refused(look, f"the probe's result is too long to be sent: {len(row)} bytes")
    return row


def _seen(outcome: Outcome) -> tuple[Any, ...]:
    return (
        outcome.ok,
        outcome.reason,
        outcome.blame,
        outcome.detail[:MAX_DETAIL],
        outcome.status_code,
        _ms(outcome.dns_ms),
        _ms(outcome.connect_ms),
        _ms(outcome.tls_ms),
        _ms(outcome.ttfb_ms),
        _ms(outcome.total_ms),
        outcome.ip,
        _extra(outcome),
    )


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _extra(outcome: Outcome) -> dict[str, Any]:
    """What only this kind measured, and the steps of a look that kept them."""
    if not outcome.trace:
        return dict(outcome.extra)
    steps = [[step.at_ms, step.what] for step in outcome.trace[:MAX_STEPS]]
    return {**outcome.extra, "trace": steps}


def _refused(look: tuple[Any, ...], why: str) -> bytes:
    return _encode(look + _seen(failure(Reason.INTERNAL, why))).encode()
