"""Where a region's workers really are, in a few words: pure."""

from collections.abc import Mapping, Sequence
from typing import Any


def elsewhere(region: Mapping[str, Any]) -> str:
    """That a region's workers are seen in another country; empty when they are not."""
    place = region["place"]
    if place["agrees"] is not False:
        return ""
    return f"its address is in {place['observed']}, not in {place['claimed']}"


def together(region: Mapping[str, Any]) -> str:
    """That it counts as one with others; empty when it is a vantage point of its own."""
    others = ", ".join(region["together"])
    return f"counts as one vantage point with {others}" if others else ""


def points(regions: Sequence[Mapping[str, Any]]) -> str:
    """How many vantage points these regions are, in brackets; empty when each is one."""
    count = len({min((region["id"], *region["together"])) for region in regions})
    many = f" ({count} vantage point{'' if count == 1 else 's'})"
    return many if count < len(regions) else ""
