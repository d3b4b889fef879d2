"""From what the coordinator wrote of a service to a verdict and cells, also where it wrote nothing
yet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from api.documents.verdicts import CellView, FullVerdictView, VerdictView
from coordinator.domain.model.topology import Role, Service, Topology
from coordinator.domain.model.verdict import NO_LOOKS

NOT_JUDGED = "no verdict yet"

Standing = Mapping[str, Any]
"""The document of a verdict, as the coordinator stored it."""


def verdict_of(standing: Standing | None, service: Service) -> VerdictView:
    """The verdict that stands; unknown, and why, when none does."""
    if standing is None:
        reason = "a reference is not judged" if service.role is Role.REFERENCE else NOT_JUDGED
        return {
            "at": None,
            "severity": "operational",
            "scope": "unknown",
            "regions": [],
            "components": [],
            "confidence": 0.0,
            "reason": reason,
        }
    return _verdict(standing)


def whole(standing: Standing) -> FullVerdictView:
    """A stored verdict with its own cells and evidence; one of an older version has none."""
    return {
        **_verdict(standing),
        "cells": standing.get("cells", []),
        "evidence": standing.get("evidence", {}),
    }


def _verdict(standing: Standing) -> VerdictView:
    return {
        "at": standing["at"],
        "severity": standing["severity"],
        "scope": standing["scope"],
        "regions": standing["regions"],
        "components": standing["components"],
        "confidence": standing["confidence"],
        "reason": standing["reason"],
    }


def cells_of(standing: Standing | None, topology: Topology, service: Service) -> list[CellView]:
    """A cell for each (component, region) that is looked at, whether or not it was judged yet."""
    judged = {
        (cell["component"], cell["region"]): cell for cell in (standing or {}).get("cells", ())
    }
    return [
        cast(CellView, judged.get(pair) or _unjudged(*pair)) for pair in _pairs(topology, service)
    ]


def unjudged_in(cells: Iterable[CellView], components: Iterable[str]) -> dict[str, str]:
    """The components that no region votes on, by id, and why."""
    found: dict[str, list[CellView]] = {component: [] for component in components}
    for cell in cells:
        found.setdefault(cell["component"], []).append(cell)
    whys = {component: _why_unjudged(there) for component, there in found.items()}
    return {component: why for component, why in whys.items() if why}


def _why_unjudged(cells: Sequence[CellView]) -> str:
    """Why no region votes on a component; empty when one does."""
    if not cells:
        return NO_LOOKS
    if any(cell["state"] != "unknown" for cell in cells):
        return ""
    whys = Counter(cell["why"] or NOT_JUDGED for cell in cells)
    return whys.most_common(1)[0][0]


def _pairs(topology: Topology, service: Service) -> Iterable[tuple[str, str]]:
    looked = {
        (check.component, region)
        for check in topology.checks_of(service.id)
        for region in check.regions
    }
    for component in service.components:
        for region in topology.regions:
            if (component.id, region.id) in looked:
                yield component.id, region.id


def _unjudged(component: str, region: str) -> CellView:
    return {
        "component": component,
        "region": region,
        "state": "unknown",
        "ok": 0,
        "bad": 0,
        "why": NOT_JUDGED,
        "last_good": None,
        "first_bad": None,
        "last_bad": None,
        "first_good": None,
        "reasons": {},
    }
