"""Which claim goes on in which open incident, and which incidents become one."""

from collections.abc import Sequence

from coordinator.domain.incidents.open_incident import (
    AnnouncedClaim,
    OpenIncident,
)


def match(
    incidents: Sequence[OpenIncident], bad: Sequence[AnnouncedClaim]
) -> tuple[dict[int, int], dict[int, int]]:
    """Which claim (by identity) goes on in which case, and which cases are absorbed by which other
    one.

    A claim is of a case when they share at least half the cells of the smaller. Of several, it is
    of the one that it shares most with, and the others are one with that unless a claim of their
    own keeps them apart; the oldest goes on.
    """
    alike = {id(announced): _alike(incidents, announced) for announced in bad}
    best = {
        one: max(shared, key=lambda place: (shared[place], -place))
        for one, shared in alike.items()
        if shared
    }
    kept = set(best.values())
    matched: dict[int, int] = {}
    absorbed: dict[int, int] = {}
    for one, place in best.items():
        together = [other for other in alike[one] if other == place or other not in kept]
        matched[one] = min(together)
        absorbed.update({other: min(together) for other in together if other != min(together)})
    return matched, absorbed


def _alike(incidents: Sequence[OpenIncident], announced: AnnouncedClaim) -> dict[int, int]:
    """The cases that a claim may be of, and how many cells they share."""
    cells = announced.claim.cells
    shared = {place: len(cells & opened.reach) for place, opened in enumerate(incidents)}
    return {
        place: count
        for place, count in shared.items()
        if count and 2 * count >= min(len(cells), len(incidents[place].reach))
    }
