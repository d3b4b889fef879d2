"""Orders: looks that are due, written as the message that a region's workers take."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.schedule import Due
from coordinator.encoding import canonical
from worker.contract.instant import Instant
from worker.contract.message import CheckSpec, LookRow, Order

SHORTEST_S: Final = 10.0
LONGEST_S: Final = 60.0
"""An order that no worker took for its shortest interval, within these bounds, is of no use any
more.
"""
SPARE_S: Final = 3.0
"""An order of extra looks is of no use any more so long after their timeout: others have answered
by then.
"""


class Extra(NamedTuple):
    """An extra look of a check. Its attempt, 1 or more, tells it from the others of its slot in its
    region.
    """

    check: Check
    attempt: int


class Specs:
    """The text that tells workers of a check, made once for each check of a topology."""

    def __init__(self, topology: Topology) -> None:
        self._texts = {check.id: _text(check) for check in topology.checks}
        self._regions = topology.region

    def text(self, check: Check) -> str:
        """The canonical JSON of the check's CheckSpec."""
        return self._texts[check.id]

    def location(self, region: str) -> Mapping[str, Any] | None:
        """Where a borrowed region is; None when it is one of our own."""
        found = self._regions.get(region)
        return found.location if found is not None and found.via else None


def order(
    region: str, looks: Sequence[Due], specs: Specs, now: Instant, epoch: int = 0
) -> tuple[Order, float]:
    """The order for these looks of one region, and after how many seconds it expires."""
    shortest_s = min(look.check.interval_ms for look in looks) / 1000
    rows = [(look.check, look.slot, 0, look.scheduled_at) for look in looks]
    expires_s = min(LONGEST_S, max(SHORTEST_S, shortest_s))
    return _message(region, rows, specs, now, epoch), expires_s


def extra_order(
    region: str, looks: Sequence[Extra], specs: Specs, now: Instant, epoch: int = 0
) -> tuple[Order, float]:
    """The order for these extra looks, due at once, and after how many seconds it expires."""
    longest_s = max(check.timeout_ms for check, _ in looks) / 1000
    rows = [(check, check.slot(now), attempt, now) for check, attempt in looks]
    return _message(region, rows, specs, now, epoch), longest_s + SPARE_S


def _message(
    region: str,
    looks: Sequence[tuple[Check, int, int, Instant]],
    specs: Specs,
    now: Instant,
    epoch: int,
) -> Order:
    checks: dict[str, int] = {}
    rows: list[LookRow] = []
    for check, slot, attempt, scheduled_at in looks:
        index = checks.setdefault(specs.text(check), len(checks))
        rows.append((index, slot, attempt, scheduled_at))
    check, _, attempt, scheduled_at = looks[0]
    identifier = f"{region}.{scheduled_at}.{check.id}.{attempt}"
    return Order(
        order=identifier,
        region=region,
        issued_at=now,
        checks=tuple(checks),
        looks=tuple(rows),
        location=specs.location(region),
        epoch=epoch,
    )


def _text(check: Check) -> str:
    spec = CheckSpec(
        id=check.id,
        kind=check.kind,
        interval_ms=check.interval_ms,
        timeout_ms=check.timeout_ms,
        params=check.params,
    )
    return canonical(spec.model_dump(mode="json"))
