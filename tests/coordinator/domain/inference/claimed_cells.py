"""Cells of three components and five regions, as votes and as claims."""

from collections.abc import Iterable

import numpy as np

from tests.coordinator.domain.handmade import some_axes

AXES = some_axes(3, 5)
ALL_REGIONS, ALL_COMPONENTS = (0, 1, 2, 3, 4), (0, 1, 2)


def votes_in(regions: Iterable[int], of: int = 5, components: int = 1) -> np.ndarray:
    """Flags, (component, region): every component votes in these regions."""
    votes = np.zeros((components, of), dtype=np.bool_)
    votes[:, list(regions)] = True
    return votes


def cells(components: Iterable[int], regions: Iterable[int]) -> frozenset[tuple[str, str]]:
    """These components in these regions, by name."""
    return frozenset((AXES.components[c], AXES.regions[r]) for c in components for r in regions)
