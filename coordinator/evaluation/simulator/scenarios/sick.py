"""Vantage points that are sick in part: they lose some of everything, references included."""

from functools import partial
from typing import Final

from coordinator.evaluation.simulator.scenarios.scenario import (
    Scenario,
    disruption,
    ours,
    shares,
)
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.truth import Family
from coordinator.evaluation.simulator.world.trouble import NO_ANSWER_OF_DNS

_SICK: Final = (0.1, 0.25)
_NAMES: Final = 0.2


def worker(stage: Stage, share: float) -> None:
    """One worker."""
    stage.break_workers([stage.one(stage.workers())], share=share)


def region(stage: Stage, share: float) -> None:
    """All workers of one region."""
    stage.break_workers(stage.workers([stage.one(stage.regions)]), share=share)


def third(stage: Stage, share: float) -> None:
    """All workers in a third of the regions, at once."""
    count = max(1, len(stage.regions) // 3)
    stage.break_workers(stage.workers(stage.pick(stage.regions, count)), share=share)


def provider(stage: Stage, share: float) -> None:
    """The provider that houses our workers in three regions (fewer in a small fleet)."""
    count = min(3, max(1, len(stage.regions) * 3 // 8))
    stage.break_workers(stage.workers(stage.pick(stage.regions, count)), share=share)


def resolver(stage: Stage) -> None:
    """The resolver that the workers of one region ask answers for all names but a fifth."""
    named = [check.id for check in stage.topology.checks if check.kind != "dns"]
    lost = stage.pick(named, max(1, round(_NAMES * len(named))))
    stage.break_workers(stage.workers([stage.one(stage.regions)]), (NO_ANSWER_OF_DNS,), checks=lost)


def outage_in_sick_region(stage: Stage, share: float) -> None:
    """The service fails in one region, whose workers have been losing some of everything for up to
    five minutes.
    """
    here = stage.one(stage.regions)
    sick_since = stage.random.randint(stage.warm_until, stage.since)
    stage.break_workers(stage.workers([here]), share=stage.random.uniform(*_SICK), since=sick_since)
    stage.disrupt(regions=[here], share=share)


SICK_VANTAGE: Final[tuple[Scenario, ...]] = (
    *shares(
        "worker-sick",
        "One worker loses {percent} % of everything.",
        worker,
        (50, 25, 10),
        Family.OURS,
    ),
    *shares(
        "region-sick",
        "All workers of one region lose {percent} % of everything.",
        region,
        (50, 15),
        Family.OURS,
    ),
    ours(
        "third-sick-15",
        "All workers in a third of the regions lose 15 % of everything at once.",
        partial(third, share=0.15),
    ),
    ours(
        "provider-sick-20",
        "The workers at one provider, in three regions, lose 20 % of everything.",
        partial(provider, share=0.2),
    ),
    ours(
        "resolver-sick-20", "The resolver of one region fails for a fifth of the names.", resolver
    ),
    disruption(
        "sick-region-100",
        "The service fails in a region whose workers lose 10 to 25 % of everything.",
        partial(outage_in_sick_region, share=1.0),
    ),
    disruption(
        "sick-region-30",
        "30 % of the service's requests fail in a region whose workers lose 10 to 25 % of all.",
        partial(outage_in_sick_region, share=0.3),
    ),
)
