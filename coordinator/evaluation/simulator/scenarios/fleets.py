"""Scenarios that bring a fleet of their own: small ones, and components that are looked at more
often than others.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.scenarios import target
from coordinator.evaluation.simulator.scenarios.scenario import Fleet, Scenario, disruption
from coordinator.evaluation.simulator.scenarios.stage import MINUTE_MS, Stage

_QUICK_MS: Final = 10_000
_RARE_MS: Final = 300_000
_PARTS: Final = 4


def of(regions: int, workers: int | None = None) -> Fleet:
    """A fleet of so many regions, with as many workers in each as was asked for by itself."""
    return partial(_of, regions=regions, workers=workers)


def _of(shape: Shape, regions: int, workers: int | None) -> Shape:
    return shape.resized(regions, workers or shape.workers)


def uneven(shape: Shape) -> Shape:
    """One component each ten seconds, all else each five minutes."""
    parts = min(shape.components, _PARTS)
    return replace(shape, interval_ms=_RARE_MS, first_ms=_QUICK_MS, components=parts)


def quick_fails(stage: Stage) -> None:
    """The component that is looked at most fails, everywhere."""
    stage.disrupt(components=[stage.components()[0]])


def rare_fails(stage: Stage) -> None:
    """A component that is looked at rarely fails, everywhere."""
    stage.disrupt(components=[stage.one(stage.components()[1:])])


def one_silent(stage: Stage) -> None:
    """The whole service fails everywhere while one region is not heard."""
    silent = stage.one(stage.regions)
    stage.silence([silent], stage.since - MINUTE_MS, stage.until + 2 * MINUTE_MS)
    stage.disrupt()


def one_unfit(stage: Stage) -> None:
    """The whole service fails everywhere while the workers of one region reach nothing."""
    unfit = stage.one(stage.regions)
    stage.break_workers(stage.workers([unfit]), since=stage.since - 3 * MINUTE_MS)
    stage.unheard |= {unfit}
    stage.disrupt()


_EVERYWHERE: Final = partial(target.service, share=1.0)
_IN_ONE: Final = partial(target.region, share=1.0)

FLEETS: Final[tuple[Scenario, ...]] = (
    disruption(
        "quick-component",
        "A component looked at each 10 s fails, all others each 5 min are well.",
        quick_fails,
        uneven,
    ),
    disruption(
        "rare-component",
        "A component looked at each 5 min fails, another each 10 s is well.",
        rare_fails,
        uneven,
    ),
    disruption(
        "three-one-silent",
        "The service fails in all of three regions, one of which is silent.",
        one_silent,
        of(3),
    ),
    disruption(
        "three-one-unfit",
        "The service fails in all of three regions, one of which reaches nothing.",
        one_unfit,
        of(3),
    ),
    disruption("two-regions-100", "The service fails in both of two regions.", _EVERYWHERE, of(2)),
    disruption("two-regions-one", "The service fails in one of two regions.", _IN_ONE, of(2)),
    disruption("one-region-100", "The service fails in the only region.", _EVERYWHERE, of(1)),
    disruption(
        "five-by-one-100", "The service fails; five regions, a worker each.", _EVERYWHERE, of(5, 1)
    ),
    disruption(
        "five-by-one-region",
        "The service fails in one of five regions, a worker each.",
        _IN_ONE,
        of(5, 1),
    ),
    disruption(
        "five-by-one-component-30",
        "30 % of one component's requests fail; five regions, a worker each.",
        partial(target.component, share=0.3),
        of(5, 1),
    ),
)
