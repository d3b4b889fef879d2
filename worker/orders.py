"""Reading an order: which looks it asks for, when each is due here, and what of it makes no sense.
Pure.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from worker.contract.instant import Instant
from worker.contract.message import Order
from worker.contract.outcome import Outcome, Reason, failure
from worker.probes.run import ParsedCheck, SpecError, parse_spec

MAX_WAIT_MS: Final = 60_000
"""No order reaches further ahead; beyond it the order itself is wrong."""


class OrderError(ValueError):
    """An order that makes no sense; the sentence says why. Nothing in it can be answered."""


class Due(NamedTuple):
    """One look to make: `wait_s` from now. Without `parsed` it cannot be made, and `fault` says
    why.
    """

    check: str
    slot: int
    attempt: int
    scheduled_at: Instant
    wait_s: float
    parsed: ParsedCheck | None
    fault: str = ""
    location: Mapping[str, Any] | None = None
    """Where a borrowed region is."""

    def obstacle(self, at: Instant) -> Outcome | None:
        """The outcome when the look must not be made at this moment, because it is unreadable or
        too late.
        """
        if self.parsed is None:
            return failure(Reason.INTERNAL, self.fault)
        late_ms = at - self.scheduled_at
        if late_ms > self.parsed.spec.interval_ms:
            return failure(
                Reason.LATE, f"not made: {late_ms / 1000:.1f} s late, more than one interval"
            )
        return None


def read_order(message: Any) -> Order:
    """The order that a decoded message means; OrderError when it means none."""
    try:
        return Order.model_validate(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise OrderError(
            f"{'.'.join(str(part) for part in first['loc']) or 'order'}: {first['msg']}"
        ) from error


def read_checks(order: Order) -> None:
    """Read the checks of an order ahead, here and not in the loop: a kind that is new to this
    worker is loaded.
    """
    for text in order.checks:
        _check(text)


def due_looks(order: Order, at: Instant) -> tuple[list[Due], int]:
    """The looks that an order asks for, seen at `at`, and how many of it cannot even be
    answered.
    """
    checks = [_check(text) for text in order.checks]
    looks: list[Due] = []
    for index, slot, attempt, scheduled_at in order.looks:
        if 0 <= index < len(checks) and checks[index][0]:
            name, parsed, fault = checks[index]
            wait_s = wait_ms(scheduled_at, order.issued_at, at) / 1000
            looks.append(
                Due(name, slot, attempt, scheduled_at, wait_s, parsed, fault, order.location)
            )
    return looks, len(order.looks) - len(looks)


def wait_ms(scheduled_at: Instant, issued_at: Instant, at: Instant) -> int:
    """How long to wait for a look's due moment. A wrong clock here cannot make it longer than the
    order meant.
    """
    return min(max(0, scheduled_at - at), max(0, scheduled_at - issued_at), MAX_WAIT_MS)


def _check(text: str) -> tuple[str, ParsedCheck | None, str]:
    """The check's id, the check when it can be looked at, and else why not. An empty id when not
    even that is known.
    """
    try:
        parsed = parse_spec(text)
    except SpecError as error:
        return _id(text), None, str(error)
    except ImportError as error:
        return _id(text), None, f"this worker lacks what the kind of this check needs: {error}"
    return parsed.spec.id, parsed, ""


def _id(text: str) -> str:
    try:
        found = json.loads(text)["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
