"""Everything that is kept: the schema, its migrations, and every query.

Domain values and plain dicts go in and out; no ORM object leaves this package. May import domain
and worker.contract.
"""

from coordinator.store.credentials import reload_database
from coordinator.store.database import FencedError, StoreError
from coordinator.store.opening import open_store
from coordinator.store.paging import Page
from coordinator.store.results.results import ResultFilter
from coordinator.store.state.dead_letters import DeadLetter
from coordinator.store.state.workers import MOST_WORKERS, Heard
from coordinator.store.store import Store
from coordinator.store.trouble import TROUBLE

__all__ = [
    "MOST_WORKERS",
    "TROUBLE",
    "DeadLetter",
    "FencedError",
    "Heard",
    "Page",
    "ResultFilter",
    "Store",
    "StoreError",
    "open_store",
    "reload_database",
]
