"""Standing orders for workers that can take them: what each looks at by itself while nobody is
heard.

A worker tells with each heartbeat what it holds. Whoever holds nothing, or something else than what
is in force, or what is near its end, is sent what is in force; what is lost on the way is sent
again. So nothing needs to be remembered, and a repeat does no harm.
"""

import logging
from collections import defaultdict
from typing import Final, NamedTuple

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.presence import Presence
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import standing_letter
from coordinator.scheduling.orders import Specs
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.message import Report
from worker.contract.standing.orders import MOST_WORKERS, StandingOrders

RENEWED_AT: Final = 12
"""They are renewed when this part of their life is over."""
AGAIN_S: Final = 5.0
"""What was sent to a worker is sent again after so long, while it still tells of others."""
MOST_BYTES: Final = 32 << 20
"""Of the checks of one region; more of them are too long for a message."""

log = logging.getLogger(f"outscope.{__name__}")


class _Sent(NamedTuple):
    version: str
    at_s: float


class _InForce(NamedTuple):
    """What is in force in a region, for whichever worker."""

    orders: StandingOrders
    version: str


class StandingAnswers:
    """Sends what is in force to whoever holds something else; nothing when `life_ms` is 0."""

    def __init__(self, publisher: Publisher, presence: Presence, life_ms: int) -> None:
        self._publisher = publisher
        self._presence = presence
        self._life_ms = life_ms
        self._sent: dict[tuple[str, str], _Sent] = {}
        self.configure(Topology())

    def configure(self, topology: Topology) -> None:
        """Order by this topology from now on."""
        self._topology = topology
        self._texts: dict[str, tuple[str, ...]] | None = None
        self._in_force: dict[str, _InForce] = {}

    def answer(self, region: str, report: Report, now: Instant) -> None:
        """A heartbeat told what its worker holds."""
        vitals = report.vitals
        if not self._life_ms or vitals is None or vitals.standing is None:
            return
        if region not in self._topology.region:
            return
        orders, version = self._of(region, report.worker)
        renewal = now + self._life_ms - self._life_ms // RENEWED_AT
        if vitals.standing == version and vitals.standing_until > renewal:
            return
        if self._is_under_way((region, report.worker), version):
            return
        told = {"worker": report.worker, "issued_at": now, "until": now + self._life_ms}
        letter = standing_letter(orders.model_copy(update=told), self._life_ms / 1000)
        self._publisher.send(letter)

    def _is_under_way(self, worker: tuple[str, str], version: str) -> bool:
        """Whether it was sent a moment ago; else it is noted that it is sent now."""
        sent, at_s = self._sent.get(worker), clock.monotonic_s()
        if sent is not None and sent.version == version and at_s - sent.at_s < AGAIN_S:
            return True
        self._sent[worker] = _Sent(version, at_s)
        return False

    def _of(self, region: str, worker: str) -> _InForce:
        present = {worker, *self._presence.workers(region, clock.monotonic_s())}
        workers = tuple(sorted(present)[:MOST_WORKERS])
        found = self._in_force.get(region)
        if found is None or found.orders.workers != workers:
            found = self._in_force[region] = self._made(region, workers)
        return found

    def _made(self, region: str, workers: tuple[str, ...]) -> _InForce:
        if self._texts is None:
            self._texts = _texts(self._topology)
        home = self._topology.region[region]
        orders = StandingOrders(
            region=region,
            worker=workers[0],
            issued_at=0,
            until=0,
            checks=self._texts.get(region, ()),
            workers=workers,
            stride=home.stride,
            location=home.location if home.via else None,
        )
        return _InForce(orders, orders.version())


def _texts(topology: Topology) -> dict[str, tuple[str, ...]]:
    """The checks of each region, as far as they fit into a message."""
    specs, sizes = Specs(topology), defaultdict[str, int](int)
    found: dict[str, list[str]] = defaultdict(list)
    for check in topology.checks:
        text = specs.text(check)
        for region in check.regions:
            sizes[region] += len(text)
            if sizes[region] <= MOST_BYTES:
                found[region].append(text)
    for region, size in sizes.items():
        if size > MOST_BYTES:
            log.warning("standing_orders_cut region=%s checks=%d", region, len(found[region]))
    return {region: tuple(texts) for region, texts in found.items()}
