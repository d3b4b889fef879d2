"""What came over the broker from each region, as the processes that receive told it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TROUBLES: Final = ("filling", "junk", "flooding")
"""The worst first."""
_COUNTS: Final = ("messages", "bytes", "trimmed", "stray_keys")


@dataclass(frozen=True, slots=True)
class Traffic:
    """One region's: counts since the start of those processes, and what is wrong with it now."""

    counts: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    waiting_s: float = 0.0
    """How long the oldest report has waited there; several that take see it longer than it is."""
    trouble: str = ""
    why: str = ""


def traffic_of(told: Iterable[Mapping[str, Any]]) -> dict[str, Traffic]:
    """What several processes told, by region."""
    by_region: dict[str, list[Mapping[str, Any]]] = {}
    for document in told:
        for region, books in document.get("broker", {}).items():
            by_region.setdefault(region, []).append(books)
    return {region: _together(books) for region, books in sorted(by_region.items())}


def _together(books: list[Mapping[str, Any]]) -> Traffic:
    refused: Counter[str] = Counter()
    for one in books:
        refused.update(one.get("refused", {}))
    trouble, why = _worst(books)
    return Traffic(
        {key: _total(books, key) for key in _COUNTS},
        refused,
        max(one.get("waiting", 0) for one in books),
        min(one.get("waiting_s", 0.0) for one in books),
        trouble,
        why,
    )


def _total(books: list[Mapping[str, Any]], key: str) -> int:
    return sum(one.get(key, 0) for one in books)


def _worst(books: list[Mapping[str, Any]]) -> tuple[str, str]:
    for trouble in TROUBLES:
        for one in books:
            if one.get("trouble") == trouble:
                return trouble, str(one.get("why", ""))
    return "", ""
