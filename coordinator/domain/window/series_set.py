"""All series of a topology, and what was learned on them of what is normal, to be kept over a
restart.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Role, Topology
from coordinator.domain.window.axes import axes_of
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

AllSeries: TypeAlias = Mapping[str, Mapping[str, Series]]
"""The series of each check (by id) and region."""


class Learned(NamedTuple):
    """What is normal, as learned until `at`: some numbers for each check and region."""

    at: Instant
    normal: Mapping[str, Mapping[str, Sequence[float]]]


def all_series_of(topology: Topology, rules: Rules) -> dict[str, dict[str, Series]]:
    """An empty series for each check and region."""
    reference = {service.id: service.role is Role.REFERENCE for service in topology.services}
    spans = {
        service.id: _window_ms(topology.checks_of(service.id), rules)
        for service in topology.services
    }
    strides = {region.id: region.stride for region in topology.regions}
    found = {}
    for check in topology.checks:
        is_reference, span = reference[check.service], spans[check.service]
        found[check.id] = {
            region: Series(check, region, is_reference, span, rules, strides.get(region, 1))
            for region in check.regions
        }
    return found


def _window_ms(checks: Sequence[Check], rules: Rules) -> int:
    axes = axes_of((), (), [check.interval_ms for check in checks], rules)
    return axes.window_ms + axes.bucket_ms


def learned_on(all_series: AllSeries, at: Instant) -> Learned:
    """What is normal on each series, as learned until a moment; series without a good look are left
    out.
    """
    normal = {}
    for check, seen in all_series.items():
        known = {region: series.normal for region, series in seen.items() if series.normal.times}
        if known:
            normal[check] = {region: found.to_numbers() for region, found in known.items()}
    return Learned(at, normal)


def adopt(all_series: AllSeries, before: AllSeries) -> None:
    """Go on with the looks of series that were there before, under the former configuration."""
    for check, seen in all_series.items():
        for region, series in seen.items():
            if region in before.get(check, {}):
                series.adopt(before[check][region])


def remember(all_series: AllSeries, learned: Learned, rules: Rules) -> None:
    """Put on the series what was learned before; series that are there no more are passed over."""
    for check, regions in learned.normal.items():
        for region, numbers in regions.items():
            if (series := all_series.get(check, {}).get(region)) is not None:
                series.normal.remember(numbers, rules)
