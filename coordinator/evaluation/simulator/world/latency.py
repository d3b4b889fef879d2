"""How long answers take: a base for each check and region, times a log-normal factor, times the
hour of the day.
"""

from functools import lru_cache
from math import exp, pi, sin
from random import Random
from statistics import NormalDist
from typing import Final

from coordinator.evaluation.simulator.fleet.placement import Site
from coordinator.evaluation.simulator.world.noise import Noise
from worker.contract.instant import Instant

QUANTILES: Final = 4096
STEP_MS: Final = 600_000
"""The hour of the day counts in steps of ten minutes."""
_DAY_MS: Final = 86_400_000
_TRIPS: Final = 3
"""TCP, TLS and the request each take one way there and back."""
_SERVER_MS: Final = (15.0, 120.0)
_SPREADS: Final = 5


@lru_cache(maxsize=64)
def factors(spread: float) -> tuple[float, ...]:
    """The quantiles of a log-normal factor around 1: drawing one of them evenly draws from the
    distribution.
    """
    normal = NormalDist()
    return tuple(exp(spread * normal.inv_cdf((n + 0.5) / QUANTILES)) for n in range(QUANTILES))


def spread_of(noise: Noise, random: Random) -> float:
    """One of a few spreads, so that their tables are few."""
    low, high = noise.spread
    return low + (high - low) * random.randrange(_SPREADS) / (_SPREADS - 1)


def base_ms(site: Site, random: Random) -> float:
    """How long this endpoint usually takes to answer here."""
    low, high = _SERVER_MS
    return site.work_ms + _TRIPS * site.round_trip_ms + low + (high - low) * random.random()


def hour_factor(noise: Noise, longitude: float, at: Instant) -> float:
    """Slower in the afternoon of the region, faster at night."""
    local_ms = at // STEP_MS * STEP_MS + longitude / 360 * _DAY_MS
    return 1 + noise.drift * sin(2 * pi * (local_ms / _DAY_MS - 0.375))
