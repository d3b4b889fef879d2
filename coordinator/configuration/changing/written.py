"""A stored configuration as people write it: what a file would say that means the same."""

from collections.abc import Mapping
from typing import Any, Final

from coordinator.configuration.changing.managed import MARKS
from coordinator.configuration.duration import readable
from coordinator.configuration.judge import written_name

_DURATIONS: Final = {
    "interval_ms": "interval",
    "timeout_ms": "timeout",
    "after_ms": "after",
    "lasts_ms": "for",
    "every_ms": "every",
    "results_ms": "results",
    "minutes_ms": "minutes",
    "hours_ms": "hours",
    "days_ms": "days",
    "hold_opening_ms": "hold_opening",
}
_RENAMED: Final = {"begins": "from"}
_OURS: Final = frozenset({"votes"})
"""What was worked out of the kind of a check."""


def written(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a file, without what only says who manages what. Loading it gives the same
    canonical document again.
    """
    found = {key: value for key, value in document.items() if key != MARKS and value}
    for key, entry in (
        ("services", written_service),
        ("notify", _timed),
        ("maintenance", _timed),
    ):
        if key in found:
            found[key] = [entry(one) for one in found[key]]
    if "judge" in found:
        found["judge"] = _thresholds(found["judge"])
    return found


def written_service(service: Mapping[str, Any]) -> dict[str, Any]:
    """One service of it."""
    keep = {"keep": _timed(service["keep"])} if "keep" in service else {}
    parts = [_component(part) for part in service["components"]]
    return {**_timed(service), **keep, "components": parts}


def _component(component: Mapping[str, Any]) -> dict[str, Any]:
    return {**component, "checks": [_check(check) for check in component["checks"]]}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in check.items() if key not in {"params", *_OURS}}
    return {**_timed(kept), **check["params"]}


def _thresholds(judge: Mapping[str, Any]) -> dict[str, Any]:
    return {
        written_name(name): value if written_name(name) == name else readable(value)
        for name, value in judge.items()
    }


def _timed(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _names(key): readable(value) if key in _DURATIONS else value for key, value in entry.items()
    }


def _names(key: str) -> str:
    return _DURATIONS.get(key) or _RENAMED.get(key, key)
