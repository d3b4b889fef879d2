"""What the loops of the coordinator share."""

from dataclasses import dataclass

from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """The store, both directions of the link to the broker, and the common books. All belong to one
    event loop.
    """

    store: Store
    publisher: Publisher
    consumer: ReportConsumer
    ledger: Ledger
    presence: Presence
    counters: Counters
