"""What depends on what: services, on others as a whole (`claude`) or on a component of them
(`claude/api`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

from coordinator.domain.model.topology import Topology

MOST_DEPTH: Final = 8
"""So many services may depend on each other in a row; a cause is sought as far."""
Edges = Mapping[str, Sequence[str]]
"""What each service depends on, as it is written."""


@dataclass(frozen=True)
class Graph:
    """The services that depend on others, without a circle."""

    edges: Edges = field(default_factory=dict)

    @cached_property
    def upstream(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each service, those that it depends on by however many steps; of each the components
        that count: none where it is the whole.
        """
        return {service: self._above(service) for service in self.edges}

    def _above(self, service: str) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        layer = list(self.edges.get(service, ()))
        for _step in range(MOST_DEPTH):
            new = set[str]()
            for written in layer:
                name, _, component = written.partition("/")
                new |= {name} - found.keys()
                found.setdefault(name, set()).add(component)
            layer = list(chain.from_iterable(self.edges.get(one, ()) for one in sorted(new)))
        # who depends on the whole, written without a component, depends on all of it
        return {name: frozenset(() if "" in parts else parts) for name, parts in found.items()}


def graph_of(topology: Topology) -> Graph:
    """What the services of a topology depend on."""
    return Graph({one.id: one.depends_on for one in topology.services if one.depends_on})


def circle_in(edges: Edges) -> list[str] | None:
    """The services of a circle in order, the first one again at its end; None when there is
    none.
    """
    done = set[str]()
    for start in edges:
        found = _walk(start, edges, done)
        if found is not None:
            return found
    return None


def longest_in(edges: Edges) -> list[str]:
    """The longest row of services that depend on each other; there is no circle."""
    known: dict[str, list[str]] = {}
    for service in _depth_first(edges):
        rows = [known.get(one, [one]) for one in _names(edges.get(service, ()))]
        known[service] = [service, *max(rows, key=len, default=[])]
    return max(known.values(), key=len, default=[])


def _walk(start: str, edges: Edges, done: set[str]) -> list[str] | None:
    """A circle that one comes into from here. A stack of its own: rows may be long."""
    path: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        service, leaves = stack.pop()
        if leaves:
            path.pop()
            done.add(service)
        elif service in path:
            return [*path[path.index(service) :], service]
        elif service not in done:
            path.append(service)
            stack.append((service, True))
            stack.extend((one, False) for one in _names(edges.get(service, ())))
    return None


def _depth_first(edges: Edges) -> Iterator[str]:
    """Each service behind all that it depends on."""
    seen = set[str]()
    for start in edges:
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            service, leaves = stack.pop()
            if leaves:
                yield service
            elif service not in seen:
                seen.add(service)
                stack.append((service, True))
                stack.extend((one, False) for one in _names(edges.get(service, ())))


def _names(written: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one.partition("/")[0] for one in written))
