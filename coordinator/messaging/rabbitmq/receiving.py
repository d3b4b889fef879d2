"""Receiving from a RabbitMQ server: each queue gives a few reports ahead, and more when those were
handed over. So a region that floods waits at its own queue, and nobody behind it.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from coordinator.messaging.envelope import Delivery, Refused
from coordinator.messaging.rabbitmq.envelope import opened, size_of
from coordinator.messaging.rabbitmq.reader import Reader
from coordinator.messaging.sources import Source, by_region
from coordinator.messaging.traffic import Traffic
from worker.contract.clock import monotonic_s

POLL_S: Final = 0.5
FULL_S: Final = 0.05
"""While what came cannot be handed over, that is tried again after this time."""
COUNT_S: Final = 5.0
"""So often the server is asked how much waits."""


class HandOver(Protocol):
    """To whom reports go."""

    def room(self, region: str) -> int:
        """How many more of a region may be handed over now."""

    def took(
        self, source: Source, read: Sequence[Delivery | Refused], sizes: Sequence[int]
    ) -> None:
        """These came of a source."""

    def began(self, sources: Sequence[Source]) -> None:
        """The link is there."""

    def goes_on(self) -> bool:
        """Whether nothing else is to be received from, and nobody stops."""


def receive(
    url: str, sources: Sequence[Source], to: HandOver, traffic: Traffic, *, reports: bool
) -> None:
    """Take from the server until told otherwise; any trouble with the link is an exception."""
    with Reader(url, sources, reports=reports) as reader:
        to.began(sources)
        counted_s = 0.0
        while to.goes_on():
            left = sum(_hand_over(reader, source, to) for source in sources)
            reader.wait(FULL_S if left else POLL_S)
            if monotonic_s() - counted_s >= COUNT_S:
                counted_s = monotonic_s()
                _count(reader, sources, traffic)


def _hand_over(reader: Reader, source: Source, to: HandOver) -> bool:
    """Hand over what came of a source, as far as there is room; whether some is left."""
    came = reader.waiting[source]
    if not came:
        return False
    messages = reader.take(source, max(0, to.room(source.region)))
    if messages:
        at_s = monotonic_s()
        read = [opened(source, message, at_s) for message in messages]
        to.took(source, read, [size_of(message) for message in messages])
    return bool(came)


def _count(reader: Reader, sources: Sequence[Source], traffic: Traffic) -> None:
    for region, those in by_region(sources).items():
        traffic.waits(region, sum(map(reader.length, those)), 0)
