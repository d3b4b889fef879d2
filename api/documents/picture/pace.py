"""How often a region looks."""

from coordinator.domain.model.topology import Region, Topology


def looks_every_s(topology: Topology, region: Region) -> float | None:
    """Seconds from one regular look of its quickest check to the next; None when it has none."""
    quickest_ms = topology.quickest_ms.get(region.id)
    return None if quickest_ms is None else quickest_ms * region.stride / 1000
