"""Independence: which regions look from one machine or one address, and so count once.

A region is no vantage point: several may be claimed on one machine. What workers share is told by
their standpoints, which stand in their results, so that a replay knows it as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from coordinator.domain.model.standpoint import UNKNOWN, Standpoint


class Independence:
    """The groups of regions that are one vantage point each; every other region is one itself."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self.groups = tuple(tuple(group) for group in groups if len(group) > 1)
        self._points = {region: group[0] for group in self.groups for region in group}

    def point(self, region: str) -> str:
        """The vantage point of a region, called by the first region that shares it."""
        return self._points.get(region, region)

    def count(self, regions: Iterable[str]) -> int:
        """How many vantage points these regions are."""
        return len({self.point(region) for region in regions})

    def among(self, regions: Iterable[str]) -> list[list[str]]:
        """Those of these regions that count as one with others of them, point by point."""
        wanted = set(regions)
        found = [list(filter(wanted.__contains__, group)) for group in self.groups]
        return [group for group in found if len(group) > 1]

    def others(self, region: str, seen: Mapping[str, float]) -> dict[str, float]:
        """What other vantage points saw: of each the least, as a region's best worker speaks for
        it.
        """
        mine, least = self.point(region), dict[str, float]()
        for other, share in seen.items():
            point = self.point(other)
            if point != mine:
                least[point] = min(share, least.get(point, share))
        return least


EACH_ITS_OWN: Final = Independence()


def independence_of(standpoints: Mapping[str, Iterable[Standpoint]]) -> Independence:
    """The groups of regions of which any workers share a vantage point, be it by way of a third
    region; in the order of the regions.
    """
    known = {region: set(points) - {UNKNOWN} for region, points in standpoints.items()}
    place = {region: number for number, region in enumerate(known)}
    left, groups = [region for region in known if known[region]], []
    while left:
        group = [left.pop(0)]
        for region in group:  # which grows meanwhile
            sharing = [other for other in left if _share(known[region], known[other])]
            left = [other for other in left if other not in sharing]
            group += sharing
        groups.append(sorted(group, key=place.__getitem__))
    return Independence(groups)


def _share(some: Iterable[Standpoint], others: Iterable[Standpoint]) -> bool:
    return any(one.shares_with(other) for one in some for other in others)
