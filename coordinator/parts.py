"""What the loops of the coordinator share."""

from dataclasses import dataclass

from coordinator.dispatch import Post
from coordinator.domain.ledger import Ledger
from coordinator.hearing import Hearing
from coordinator.inbox import Inbox
from coordinator.metrics import Counters
from coordinator.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """The store, both directions of the link to the broker, and the common books. All belong to one event loop."""

    store: Store
    post: Post
    inbox: Inbox
    ledger: Ledger
    hearing: Hearing
    counters: Counters
