"""What the loops of the coordinator share."""

from dataclasses import dataclass

from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Hearing
from coordinator.messaging.consumer import Inbox
from coordinator.messaging.publisher import Post
from coordinator.runtime.metrics import Counters
from coordinator.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """The store, both directions of the link to the broker, and the common books. All belong to one
    event loop.
    """

    store: Store
    post: Post
    inbox: Inbox
    ledger: Ledger
    hearing: Hearing
    counters: Counters
