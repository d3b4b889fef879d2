"""Scripts in which a service or some of its components fail, steadily."""

from typing import Final

from coordinator.evaluation.simulator.arrival import repeated
from coordinator.evaluation.simulator.scenarios.stage import MINUTE_MS, Stage
from coordinator.evaluation.simulator.world.dice import Dice
from coordinator.evaluation.simulator.world.trouble import (
    EXPIRED,
    NO_SUCH_NAME,
    TIMEOUT,
    UNAVAILABLE,
)

_SHUFFLED_MS: Final = 120_000
_SLOW: Final = (2.5, 5.0)


def service(stage: Stage, share: float) -> None:
    """The whole service, everywhere."""
    stage.disrupt(share=share)


def component(stage: Stage, share: float) -> None:
    """One component, everywhere."""
    stage.disrupt(components=[stage.one(stage.components())], share=share)


def two_components(stage: Stage) -> None:
    """Two components, everywhere."""
    stage.disrupt(components=stage.pick(stage.components(), 2))


def region(stage: Stage, share: float) -> None:
    """The whole service in one region."""
    stage.disrupt(regions=[stage.one(stage.regions)], share=share)


def component_in_region(stage: Stage) -> None:
    """One component in one region."""
    stage.disrupt(components=[stage.one(stage.components())], regions=[stage.one(stage.regions)])


def slow_region(stage: Stage) -> None:
    """The whole service is slow in one region."""
    stage.disrupt(regions=[stage.one(stage.regions)], slow=stage.random.uniform(*_SLOW))


def slow_everywhere(stage: Stage) -> None:
    """The whole service is slow everywhere."""
    stage.disrupt(slow=stage.random.uniform(*_SLOW))


def timeouts_only(stage: Stage) -> None:
    """Half of the requests of the whole service never get an answer."""
    stage.disrupt(share=0.5, failures=(TIMEOUT,))


def certificate_expired(stage: Stage) -> None:
    """The certificate of one component has expired."""
    stage.disrupt(components=[stage.one(stage.components())], failures=(EXPIRED,))


def nxdomain_half(stage: Stage) -> None:
    """Half of the resolvers say that the names of the service do not exist; each look asks one of
    them.
    """
    stage.disrupt(share=0.5, failures=(NO_SUCH_NAME,))


def maintenance(stage: Stage) -> None:
    """One component is shut down on purpose."""
    stage.disrupt(components=[stage.one(stage.components())], failures=(UNAVAILABLE,))


def third_silent(stage: Stage) -> None:
    """The whole service fails while a third of the regions is not heard."""
    silent = stage.pick(stage.regions, len(stage.regions) // 3)
    stage.silence(silent, stage.since - MINUTE_MS, stage.until + 2 * MINUTE_MS)
    stage.disrupt()


def repeats_shuffled(stage: Stage) -> None:
    """One component fails, and every result comes three times, each up to two minutes late."""
    stage.disrupt(components=[stage.one(stage.components())])
    stage.arrivals.append(repeated(3, _SHUFFLED_MS, Dice(stage.seed + 1)))
