"""Says of each incident that goes on, or was over a moment ago, what it has to do with announced
maintenance and with incidents upstream; keeps it when that changed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from coordinator.circumstances.calendar import BEHIND_MS, Calendar
from coordinator.configuration import Configuration
from coordinator.domain.dependencies.cause import causes
from coordinator.domain.dependencies.graph import Graph, graph_of
from coordinator.domain.maintenance.announced import SETTLES_MS, announced
from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.topology import Topology
from coordinator.domain.notifying.context import NOTHING, Context
from coordinator.store import Store
from coordinator.store.circumstances.contexts import Explanation
from worker.contract.instant import Instant

LATELY_MS: Final = 600_000
"""So long after its end an incident may still be a cause."""
_LOOK_MS: Final = 2_000
"""How often we look whether anything else is announced."""
_NEVER: Final = 1 << 62


class Circumstances:
    """Asked again and again; it works only when something changed, or a window ends."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calendar = Calendar(store)
        self._topology = Topology()
        self._graph = Graph()
        self._told: dict[str, Mapping[str, Any]] | None = None
        self._looked_at: Instant = 0
        self._change: int | None = None
        self._next: Instant = 0
        self.contexts: Mapping[str, Context] = {}
        """Of each incident of which there is something to be said."""
        self.recent: Collection[str] = ()
        """The incidents that go on, or were over a moment ago."""

    async def configure(self, configuration: Configuration) -> None:
        """Go by this configuration from now on."""
        self._topology = configuration.topology
        self._graph = graph_of(configuration.topology)
        await self._calendar.configure(configuration)
        self._looked_at, self._change, self._told = 0, None, None

    async def finish(self) -> None:
        """Give up what is being read."""
        await self._calendar.reading.finish()

    async def step(self, at: Instant) -> None:
        """Have `contexts` as they are at this moment, and kept."""
        if at - self._looked_at >= _LOOK_MS:
            self._looked_at = at
            if await self._calendar.refresh(at):
                self._change = None
        change = await self._store.incidents.latest_change()
        if change == self._change and at < self._next:
            return
        incidents = await self._store.incidents.between(at - LATELY_MS, at + 1)
        if self._told is None:
            self._told = dict(await self._store.contexts.lately(at - LATELY_MS))
        found = contexts_of(incidents, self._calendar.of, self._graph, at)
        told = list(self._news(incidents, found, at))
        await self._store.contexts.explain(told, at)
        self._told |= {one.incident: one.document for one in told}
        self.recent = {one.id for one in incidents}
        self._told = {name: one for name, one in self._told.items() if name in self.recent}
        self.contexts = {name: one for name, one in found.items() if one != NOTHING}
        self._change = change  # what was told just now is looked at once more
        self._next = _next_end(self.contexts, at)

    def _news(
        self, incidents: Sequence[Incident], found: Mapping[str, Context], at: Instant
    ) -> Iterator[Explanation]:
        for incident in incidents:
            new = found[incident.id].to_document()
            old = (self._told or {}).get(incident.id) or NOTHING.to_document()
            if incident.started_by < at - BEHIND_MS and new["maintenance"] is None:
                new["maintenance"] = old["maintenance"]  # as it was known when that was
            if new != old:
                note = found[incident.id].note(self._topology)
                yield Explanation(incident.id, new, note)


def contexts_of(
    incidents: Sequence[Incident],
    times: Callable[[str], Iterable[Occurrence]],
    graph: Graph,
    at: Instant,
) -> dict[str, Context]:
    """What is around each of these incidents, which are all that go on or were over lately; `times`
    tells what is announced of a service.
    """
    upstream = causes(incidents, graph)
    return {
        one.id: Context(announced(one, times(one.service), at), upstream.get(one.id))
        for one in incidents
    }


def _next_end(contexts: Mapping[str, Context], at: Instant) -> Instant:
    """When the next incident outlasts its window."""
    ends = [one.announced.until + SETTLES_MS for one in contexts.values() if one.announced]
    return min((end for end in ends if end > at), default=_NEVER)
