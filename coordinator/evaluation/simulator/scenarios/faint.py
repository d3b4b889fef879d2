"""Scripts in which little fails, in few places, or for a moment only."""

from functools import partial
from typing import Final

from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.scenarios import target
from coordinator.evaluation.simulator.scenarios.changing import flapping_by
from coordinator.evaluation.simulator.scenarios.scenario import (
    Scenario,
    disruption,
    quiet,
    shares,
)
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.world.trouble import BROKEN, Trouble

_ALWAYS: Final = 0.03
_MORE: Final = 0.12
_FAILING_OF_SEVEN: Final = 3
_AT_ONCE: Final = 3 / 7


def more_than_always(stage: Stage) -> None:
    """The whole service fails for 3 % of requests at all times, and for 12 % now."""
    main = frozenset(check.id for check in stage.topology.checks_of(stage.main))
    stage.troubles += [
        Trouble(stage.begins, stage.since, BROKEN, _ALWAYS, main),
        Trouble(stage.until, stage.end, BROKEN, _ALWAYS, main),
    ]
    stage.disrupt(share=_MORE)


def component_in_region(stage: Stage) -> None:
    """Half of one component's requests fail in one region."""
    part, place = stage.one(stage.components()), stage.one(stage.regions)
    stage.disrupt(components=[part], regions=[place], share=0.5)


def burst(stage: Stage) -> None:
    """Three in seven looks at one component fail, everywhere, within one slot."""
    stage.until = stage.since + stage.shape.interval_ms
    stage.disrupt(components=[stage.one(stage.components())], share=_AT_ONCE)


def burst_of_seven(stage: Stage) -> None:
    """One slot of one component: in seven regions one worker looks, and in three it fails."""
    stage.until = stage.since + stage.shape.interval_ms
    failing = stage.pick(stage.regions, _FAILING_OF_SEVEN)
    stage.disrupt(components=[stage.one(stage.components())], regions=failing)


def seven_by_one(shape: Shape) -> Shape:
    """Seven regions with one worker each."""
    return shape.resized(7, 1)


FAINT: Final[tuple[Scenario, ...]] = (
    *shares(
        "service",
        "{percent} % of the whole service's requests fail, everywhere.",
        target.service,
        (12, 9, 6, 3),
    ),
    disruption(
        "service-3-to-12",
        "A service of which 3 % of requests always fail now fails for 12 %.",
        more_than_always,
    ),
    disruption(
        "component-in-region-50",
        "Half of one component's requests fail in one region.",
        component_in_region,
    ),
    quiet(
        "burst-one-slot",
        "Three in seven looks at one component fail everywhere in one slot: no incident.",
        burst,
    ),
    quiet(
        "burst-3-of-7",
        "Three of the seven looks of one slot fail: no incident.",
        burst_of_seven,
        seven_by_one,
    ),
    disruption(
        "flapping-2-3",
        "The whole service is down for two minutes in five, for an hour.",
        partial(flapping_by, down_ms=120_000, up_ms=180_000, turns=12),
    ),
)
