"""What is looked at at the moment, as far as it matters here."""

from coordinator.configuration import from_document
from coordinator.domain.model.topology import Topology
from coordinator.store import Store
from coordinator.telemetry.signals.spans import Attributes
from coordinator.telemetry.signals.targets import target_of


class Configured:
    """The topology of the configuration in force, read again when that is another one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = -1
        self._topology = Topology()
        self._targets: dict[str, Attributes] = {}

    async def look(self) -> Topology:
        """As it is now."""
        version = await self._store.configurations.version()
        if version != self._version:
            found = await self._store.configurations.current()
            self._topology = from_document(found[1]).topology if found else Topology()
            self._targets.clear()
            self._version = version
        return self._topology

    def target(self, check: str) -> Attributes:
        """Whom a check asked, as of the last look; nothing where it is not known any more."""
        known = self._targets.get(check)
        if known is None:
            found = self._topology.check.get(check)
            known = self._targets[check] = target_of(found) if found else {}
        return known
