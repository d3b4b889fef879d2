"""All tracks of a topology, and what was learned on them of what is normal, to be kept over a restart."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Role, Topology
from coordinator.domain.window.grid import frame_of
from coordinator.domain.window.series import Track
from worker.contract.instant import Instant

Tracks: TypeAlias = Mapping[str, Mapping[str, Track]]
"""The track of each check (by id) and region."""


class Learned(NamedTuple):
    """What is normal, as learned until `at`: five numbers for each check and region."""

    at: Instant
    normal: Mapping[str, Mapping[str, Sequence[float]]]


def tracks_of(topology: Topology, rules: Rules) -> dict[str, dict[str, Track]]:
    """An empty track for each check and region."""
    reference = {service.id: service.role is Role.REFERENCE for service in topology.services}
    spans = {service.id: _window_ms(topology.checks_of(service.id), rules) for service in topology.services}
    return {
        check.id: {
            region: Track(check, region, reference[check.service], spans[check.service], rules)
            for region in check.regions
        }
        for check in topology.checks
    }


def _window_ms(checks: Sequence[Check], rules: Rules) -> int:
    frame = frame_of((), (), [check.interval_ms for check in checks], rules)
    return frame.window_ms + frame.bucket_ms


def learned_on(tracks: Tracks, at: Instant) -> Learned:
    """What is normal on each track, as learned until a moment; tracks without a good look are left out."""
    normal = {
        check: {region: track.normal.to_numbers() for region, track in seen.items() if track.normal.times}
        for check, seen in tracks.items()
    }
    return Learned(at, {check: regions for check, regions in normal.items() if regions})


def remember(tracks: Tracks, learned: Learned, rules: Rules) -> None:
    """Put on the tracks what was learned before; tracks that are there no more are passed over."""
    for check, regions in learned.normal.items():
        for region, numbers in regions.items():
            if (track := tracks.get(check, {}).get(region)) is not None:
                track.normal.remember(numbers, rules)
