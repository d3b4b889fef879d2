"""Orders: looks that are due, written as the message that a region's workers take."""

from collections.abc import Sequence
from typing import Final

from coordinator.domain.schedule import Due
from coordinator.domain.topology import Check, Topology
from coordinator.store.encoding import canonical
from worker.contract.instant import Instant
from worker.contract.message import CheckSpec, LookRow, Order

SHORTEST_S: Final = 10.0
LONGEST_S: Final = 60.0
"""An order that no worker took for its shortest interval, within these bounds, is of no use any more."""


class Specs:
    """The text that tells workers of a check, made once for each check of a topology."""

    def __init__(self, topology: Topology) -> None:
        self._texts = {check.id: _text(check) for check in topology.checks}

    def text(self, check: Check) -> str:
        """The canonical JSON of the check's CheckSpec."""
        return self._texts[check.id]


def order(region: str, looks: Sequence[Due], specs: Specs, now: Instant) -> tuple[Order, float]:
    """The order for these looks of one region, and after how many seconds it expires."""
    checks: dict[str, int] = {}
    rows: list[LookRow] = []
    for look in looks:
        index = checks.setdefault(specs.text(look.check), len(checks))
        rows.append((index, look.slot, 0, look.scheduled_at))
    identifier = f"{region}.{looks[0].scheduled_at}.{looks[0].check.id}"
    message = Order(order=identifier, region=region, issued_at=now, checks=tuple(checks), looks=tuple(rows))
    shortest_s = min(look.check.interval_ms for look in looks) / 1000
    return message, min(LONGEST_S, max(SHORTEST_S, shortest_s))


def _text(check: Check) -> str:
    spec = CheckSpec(
        id=check.id,
        kind=check.kind,
        interval_ms=check.interval_ms,
        timeout_ms=check.timeout_ms,
        params=check.params,
    )
    return canonical(spec.model_dump(mode="json"))
