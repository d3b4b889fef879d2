"""A cell: one check in one region, with a lane for each worker there."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Final

from coordinator.domain.model.topology import Check, Region
from coordinator.evaluation.simulator.world.dice import WHOLE
from coordinator.evaluation.simulator.world.lane import Lane
from coordinator.evaluation.simulator.world.trouble import Trouble
from worker.contract.instant import Instant

_STIR: Final = Random("whose turn it is").getrandbits(96) | 1


@dataclass(frozen=True, slots=True)
class Bursts:
    """The bursts of one cell, in order of their beginning."""

    starts: tuple[Instant, ...]
    troubles: tuple[Trouble, ...]
    longest_ms: int

    @staticmethod
    def of(troubles: Iterable[Trouble]) -> "Bursts":
        """In order."""
        found = tuple(sorted(troubles, key=lambda trouble: trouble.since))
        longest_ms = max((trouble.until - trouble.since for trouble in found), default=0)
        return Bursts(tuple(trouble.since for trouble in found), found, longest_ms)

    def during(self, since: Instant, until: Instant) -> tuple[Trouble, ...]:
        """Those that may touch [since, until)."""
        starts = self.starts
        return self.troubles[
            bisect_left(starts, since - self.longest_ms) : bisect_left(starts, until)
        ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One check in one region, with a lane for each worker."""

    check: Check
    region: Region
    phase_ms: int
    lanes: tuple[Lane, ...]
    bursts: Bursts
    key: int

    def due(self, since: Instant, until: Instant) -> list[tuple[int, Instant]]:
        """The slots whose look is due in [since, until), with that moment."""
        interval = self.check.interval_ms
        slots = range(
            -((self.phase_ms - since) // interval), -((self.phase_ms - until) // interval)
        )
        return [(slot, slot * interval + self.phase_ms) for slot in slots]

    def chosen(self, slot: int) -> int:
        """Which worker takes the look of a slot when only one does: by chance, and the same for
        ever.
        """
        stirred = (slot * _STIR + self.key) & (WHOLE - 1)
        return (((stirred ^ stirred >> 48) * _STIR & (WHOLE - 1)) >> 64) * len(self.lanes) >> 32


def phase_ms(check: Check, region: Region) -> int:
    """How far into each slot a look is due: spread evenly by a hash, exactly as the coordinator
    spreads its looks.
    """
    digest = blake2b(f"{check.id}\n{region.id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % check.interval_ms
