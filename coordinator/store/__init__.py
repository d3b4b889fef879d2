"""Everything that is kept: the schema, its migrations, and every query.

Domain values and plain dicts go in and out; no ORM object leaves this package.
"""

from coordinator.store.asides import Aside
from coordinator.store.database import StoreError
from coordinator.store.intakes import FencedError
from coordinator.store.opening import open_store
from coordinator.store.paging import Page
from coordinator.store.results import ResultFilter
from coordinator.store.store import Store
from coordinator.store.trouble import TROUBLE
from coordinator.store.workers import Heard

__all__ = ["TROUBLE", "Aside", "FencedError", "Heard", "Page", "ResultFilter", "Store", "StoreError", "open_store"]
