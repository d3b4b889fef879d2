"""Scripts about how long answers take. The services are slow by nature, as those are that compute
their answers, so that a share of it can be felt.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from coordinator.evaluation.simulator.scenarios.scenario import Scenario, disruption, quiet
from coordinator.evaluation.simulator.scenarios.stage import MINUTE_MS, Stage
from coordinator.evaluation.simulator.world.trouble import Trouble

_WORK_MS: Final = 300
_RISE: Final = 1.6
_SWING: Final = 0.4
_SWING_MS: Final = 12 * 60 * MINUTE_MS
_SHIFT: Final = 1.35
_LASTING_MS: Final = 40 * MINUTE_MS
_HIDDEN: Final = 0.3
_RETRIED: Final = (2.0, 3.0)


def rise(stage: Stage) -> None:
    """The whole service takes 60 % longer, everywhere."""
    _rise(stage, stage.regions)


def rise_in_region(stage: Stage) -> None:
    """The whole service takes 60 % longer in one region."""
    _rise(stage, [stage.one(stage.regions)])


def swing(stage: Stage) -> None:
    """Half a day on which everything takes up to 40 % more or less than usual by the hour."""
    _slow_by_nature(stage)
    stage.noise = replace(stage.noise, drift=_SWING)
    stage.ends = stage.begins + _SWING_MS


def route_shift(stage: Stage) -> None:
    """One region's way to everything is 35 % longer from now on."""
    _slow_by_nature(stage)
    stage.until = stage.since + _LASTING_MS
    here = frozenset([stage.one(stage.regions)])
    stage.troubles.append(Trouble(stage.since, stage.end, regions=here, slow=_SHIFT))


def hidden_by_retries(stage: Stage) -> None:
    """Three in ten requests fail within the service, which tries again: they succeed, later."""
    _slow_by_nature(stage)
    slow = stage.random.uniform(*_RETRIED)
    stage.disrupt(share=_HIDDEN, slow=slow, delay_ms=0)


def _rise(stage: Stage, regions: Sequence[str]) -> None:
    _slow_by_nature(stage)
    stage.until = stage.since + _LASTING_MS
    stage.disrupt(regions=regions, slow=_RISE, delay_ms=0)


def _slow_by_nature(stage: Stage) -> None:
    stage.placement = replace(stage.placement, work_ms=_WORK_MS)


ANSWERS: Final[tuple[Scenario, ...]] = (
    disruption("rise-60", "The service takes 60 % longer, everywhere.", rise),
    disruption("rise-60-region", "The service takes 60 % longer in one region.", rise_in_region),
    quiet(
        "swing-day",
        "Answers take up to 40 % more or less by the hour of the day: no incident.",
        swing,
    ),
    quiet(
        "route-shift-35",
        "The way from one region to everything gets 35 % longer, and stays so: no incident.",
        route_shift,
    ),
    disruption(
        "hidden-by-retries",
        "Three in ten requests fail inside the service, which tries again: they are slow.",
        hidden_by_retries,
    ),
)
