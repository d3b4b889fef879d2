"""What goes wrong on any day, without being news: the figures, and the short bursts that they stand
for.

Why these: paths over the public internet fail one look in a thousand at the best of times,
unevenly; most of that is not independent but in bursts (a route that converges in 3 to 40 s, a
balancer that restarts), some of which take everything that one region reaches. Answer times are
log-normal with a heavy tail of retransmissions and cold caches, and rise and fall with the day.
Results come late when an outbox waits for its broker, and twice when an acknowledgement was lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp, log
from random import Random
from typing import Final, NamedTuple

from coordinator.evaluation.simulator.world.trouble import (
    CUT,
    ERROR,
    REFUSED,
    RESET,
    TIMEOUT,
    UNAVAILABLE,
    UNREACHABLE,
    Failure,
    Trouble,
)
from worker.contract.instant import Instant

_DAY_MS: Final = 86_400_000.0


class Range(NamedTuple):
    """From `low` to `high`; each cell draws its own."""

    low: float
    high: float

    def draw(self, random: Random) -> float:
        """Evenly between the two."""
        return self.low + (self.high - self.low) * random.random()

    def draw_log(self, random: Random) -> float:
        """Evenly between their logarithms: short ones are common, long ones rare."""
        return exp(log(self.low) + log(self.high / self.low) * random.random())


@dataclass(frozen=True)
class Noise:
    """Rates are chances a look; bursts are counted a day."""

    failing: Range = Range(0.001, 0.004)
    """Independent failures, for each cell its own rate."""
    tail: Range = Range(0.01, 0.03)
    """Looks that take two to ten times as long."""
    lost: float = 0.001
    late: float = 0.005
    """Results that come up to two minutes late."""
    repeated: float = 0.002
    cell_bursts: float = 1.0
    """One check fails in one region."""
    path_bursts: float = 2.0
    """One service fails in one region."""
    region_blips: float = 1.0
    """Everything fails in one region."""
    burst_s: Range = Range(3.0, 40.0)
    blip_s: Range = Range(2.0, 15.0)
    burst_share: Range = Range(0.5, 1.0)
    spread: Range = Range(0.12, 0.3)
    """The sigma of the logarithm of the answer time."""
    drift: float = 0.15
    """How far the answer time swings over the day."""

    sick_spells: float = 0.0
    """One worker loses a part of everything."""
    sick_s: Range = Range(120.0, 1200.0)
    sick_share: Range = Range(0.1, 0.5)

    def doubled(self) -> "Noise":
        """Twice the failures and twice the bursts."""
        return replace(
            self,
            failing=Range(2 * self.failing.low, 2 * self.failing.high),
            tail=Range(2 * self.tail.low, 2 * self.tail.high),
            lost=2 * self.lost,
            late=2 * self.late,
            repeated=2 * self.repeated,
            cell_bursts=2 * self.cell_bursts,
            path_bursts=2 * self.path_bursts,
            region_blips=2 * self.region_blips,
            sick_spells=2 * self.sick_spells,
        )


_NOT_ANY: Final = Range(0.0, 0.0)
NORMAL: Final = Noise()
DOUBLED: Final = NORMAL.doubled()
SICK: Final = replace(NORMAL, sick_spells=0.5)
"""Each worker is sick once in two days, for minutes."""
SILENT: Final = Noise(
    _NOT_ANY,
    _NOT_ANY,
    0.0,
    0.0,
    0.0,
    cell_bursts=0.0,
    path_bursts=0.0,
    region_blips=0.0,
    spread=_NOT_ANY,
    drift=0.0,
)

COMMON: Final = (TIMEOUT, TIMEOUT, TIMEOUT, RESET, RESET, ERROR, UNAVAILABLE, REFUSED)
"""How looks fail now and then."""
_OF_PATHS: Final = (TIMEOUT, TIMEOUT, RESET, UNREACHABLE)


def cell_bursts(noise: Noise, random: Random, since: Instant, until: Instant) -> list[Trouble]:
    """The bursts of one check in one region."""
    return list(
        _bursts(random, since, until, noise.cell_bursts, noise.burst_s, noise.burst_share, COMMON)
    )


def path_bursts(noise: Noise, random: Random, since: Instant, until: Instant) -> list[Trouble]:
    """The bursts of one service in one region."""
    return list(
        _bursts(random, since, until, noise.path_bursts, noise.burst_s, noise.burst_share, COMMON)
    )


def region_blips(noise: Noise, random: Random, since: Instant, until: Instant) -> list[Trouble]:
    """The moments at which one region reaches hardly anything."""
    return list(
        _bursts(
            random, since, until, noise.region_blips, noise.blip_s, noise.burst_share, _OF_PATHS
        )
    )


def sick_spells(noise: Noise, random: Random, since: Instant, until: Instant) -> list[Trouble]:
    """The spells of one worker."""
    return list(
        _bursts(random, since, until, noise.sick_spells, noise.sick_s, noise.sick_share, CUT)
    )


def _bursts(
    random: Random,
    since: Instant,
    until: Instant,
    a_day: float,
    lasts_s: Range,
    share: Range,
    by: tuple[Failure, ...],
) -> Iterator[Trouble]:
    at = float(since)
    while a_day and (at := at + random.expovariate(a_day / _DAY_MS)) < until:
        lasts_ms = lasts_s.draw_log(random) * 1000
        yield Trouble(round(at), round(at + lasts_ms), (random.choice(by),), share.draw(random))
