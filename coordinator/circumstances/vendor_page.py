"""The windows that a vendor announces on its own status page, as looks at it tell."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from coordinator.configuration.circumstances.windows import Source
from coordinator.domain.maintenance.expansion import why_not
from coordinator.domain.maintenance.window import Window
from worker.contract.instant import Instant, parse_rfc3339
from worker.contract.result import Result


def windows_in(result: Result, source: Source) -> list[Window]:
    """The scheduled maintenance in a result of a `vendor_status` look. It covers what the source
    says; without that the components here that the vendor's names mean, or the whole service.
    """
    told = result.extra.get("maintenance") if result.extra else None
    found = told if isinstance(told, list) else []
    return list(_windows(filter(_is_mapping, found), result, source))


def _is_mapping(told: object) -> bool:
    return isinstance(told, dict)


def _windows(found: Iterable[dict[str, Any]], result: Result, source: Source) -> Iterator[Window]:
    for one in found:
        since, until = _moment(one, "scheduled_for"), _moment(one, "scheduled_until")
        if since is None or until is None:
            continue
        window = Window(
            id=str(one.get("id", since))[:64],
            title=str(one.get("title", "Maintenance"))[:100],
            begins=datetime.fromtimestamp(since / 1000, UTC).replace(tzinfo=None),
            lasts_ms=until - since,
            targets=source.targets or _targets(one, result),
            regions=source.regions,
            source=source.name,
        )
        if why_not(window) is None:
            yield window


def _targets(told: Mapping[str, Any], result: Result) -> frozenset[str]:
    components = told.get("components") or ()
    named = {f"{result.service}/{one}" for one in components}
    return frozenset(named or {result.service})


def _moment(told: Mapping[str, Any], name: str) -> Instant | None:
    try:
        return parse_rfc3339(str(told.get(name, "")))
    except (ValueError, OverflowError):
        return None
