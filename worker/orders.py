"""Reading an order: which looks it asks for, when each is due here, and what of it makes no sense.
Pure.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from worker.contract.instant import Instant
from worker.contract.message import Order
from worker.contract.outcome import Outcome, Reason, failure
from worker.probes.run import ParsedCheck, SpecError, parse_spec

MAX_WAIT_MS: Final = 60_000
"""No order reaches further ahead; beyond it the order itself is wrong."""

STANDS_S: Final = 60.0
"""So long the latest epoch that was heard keeps earlier ones out."""


SLOTS: Final = 16
"""Slots of a check that are remembered, in case the same look is asked for once more."""
CHECKS: Final = 20_000

QUICK_MS: Final = 10_000
"""What is looked at more often is reported without delay."""
PATIENCE: Final = 1 / 30
"""Of its interval; so long a look that went well may wait for others before it is reported."""
MOST_PATIENCE_S: Final = 1.0


class OrderError(ValueError):
    """An order that makes no sense; the sentence says why. Nothing in it can be answered."""


class Epochs:
    """Whose orders are obeyed: of two coordinators the one that took over. A coordinator of an
    earlier epoch is, too, once nothing was ordered in the later one for a while: its database may
    have been restored.
    """

    def __init__(self) -> None:
        self._latest = 0
        self._heard_s = 0.0

    def obeys(self, epoch: int, now_s: float) -> bool:
        """Whether an order of this epoch is obeyed at this moment of the monotonic clock."""
        if epoch < self._latest and now_s - self._heard_s < STANDS_S:
            return False
        self._latest, self._heard_s = epoch, now_s
        return True


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
    alone: bool = False
    """Whether nobody ordered it: it stands in the standing orders."""

    @property
    def patience_s(self) -> float:
        """How long it may wait for others before it is reported, if it goes well. A look that is
        to confirm something does not wait.
        """
        if self.attempt or self.parsed is None or self.parsed.spec.interval_ms < QUICK_MS:
            return 0.0
        return min(MOST_PATIENCE_S, self.parsed.spec.interval_ms / 1000 * PATIENCE)

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


class Claims:
    """Which regular looks were begun here lately, so that a look which stands in the standing
    orders and is ordered as well is made once. Belongs to one thread.
    """

    def __init__(self) -> None:
        # of each check: its slots, and whether somebody but an order had it begun
        self._slots: OrderedDict[str, dict[int, bool]] = OrderedDict()

    def take(self, look: Due) -> bool:
        """Whether to make this look; it is remembered. What is ordered twice is made twice: whoever
        orders decides.
        """
        if look.attempt:
            return True
        slots = self._slots.get(look.check)
        if slots is None:
            slots = self._slots[look.check] = {}
            if len(self._slots) > CHECKS:
                self._slots.popitem(last=False)
        alone = slots.get(look.slot)
        if alone is None:
            slots[look.slot] = look.alone
            if len(slots) > SLOTS:
                del slots[next(iter(slots))]
            return True
        return not (look.alone or alone)


def due_looks(order: Order, at: Instant, *, alone: bool = False) -> tuple[list[Due], int]:
    """The looks that an order asks for, seen at `at`, and how many of it cannot even be
    answered.
    """
    checks = [_check(text) for text in order.checks]
    looks: list[Due] = []
    for index, slot, attempt, scheduled_at in order.looks:
        if 0 <= index < len(checks) and checks[index][0]:
            name, parsed, fault = checks[index]
            # most are due when they come in
            wait_s = wait_ms(scheduled_at, order.issued_at, at) / 1000 if scheduled_at > at else 0.0
            looks.append(
                Due(name, slot, attempt, scheduled_at, wait_s, parsed, fault, order.location, alone)
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
