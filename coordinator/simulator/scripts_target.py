"""Scripts in which the target is at fault: a service, components, regions, a network."""

from typing import Final

from coordinator.simulator.arrival import repeated
from coordinator.simulator.dice import Dice
from coordinator.simulator.placement import CDN, Placement
from coordinator.simulator.stage import MINUTE_MS, Stage
from coordinator.simulator.trouble import CUT, EXPIRED, NO_SUCH_NAME, TIMEOUT, UNAVAILABLE, UNREACHABLE

_BLIP_MS: Final = 30_000
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


def region_asn(stage: Stage) -> None:
    """Everything in one network, from one region."""
    main = stage.topology.checks_of(stage.main)
    asn = stage.placement.asn(stage.one(main))
    inside = [check for check in stage.topology.checks if stage.placement.asn(check) == asn]
    stage.disrupt_checks(inside, [stage.one(stage.regions)], CUT)


def country(stage: Stage) -> None:
    """The whole service in all regions of one country, one with several."""
    _several(stage, [region.country for region in stage.topology.regions])


def continent(stage: Stage) -> None:
    """The whole service in all regions of one continent, one with several."""
    _several(stage, [region.continent for region in stage.topology.regions])


def _several(stage: Stage, areas: list[str]) -> None:
    shared = sorted({area for area in areas if 1 < areas.count(area) < len(areas)})
    chosen = stage.one(shared)
    stage.disrupt(regions=[region for region, area in zip(stage.regions, areas, strict=True) if area == chosen])


def cdn_two_regions(stage: Stage) -> None:
    """An edge that two regions share: what is behind the CDN fails in both."""
    edges = [regions for regions in stage.placement.edge_groups().values() if len(regions) > 1]
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(behind, stage.one(edges), (UNAVAILABLE, TIMEOUT))


def cdn_60_percent(stage: Stage) -> None:
    """Six in ten of all targets are behind one CDN, and one of its edges fails."""
    _behind_cdn(stage)
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(behind, stage.one(list(stage.placement.edge_groups().values())), (UNAVAILABLE, TIMEOUT))


def cdn_everywhere(stage: Stage) -> None:
    """Six in ten of all targets are behind one CDN, and all of it fails."""
    _behind_cdn(stage)
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(behind, stage.regions, (UNAVAILABLE, TIMEOUT))


def _behind_cdn(stage: Stage) -> None:
    targets = [check.id for check in stage.topology.checks if check.service in stage.services]
    behind = frozenset(stage.pick(targets, max(1, round(0.6 * len(targets)))))
    stage.placement = Placement(stage.topology, behind, stage.placement.edges)


def region_after_region(stage: Stage) -> None:
    """One region after the other fails, until all do."""
    order = stage.random.sample(stage.regions, len(stage.regions))
    starts = [*stage.moments(len(order) + 2)[:-2], stage.until]
    for n in range(len(order)):
        failing = [region for region in stage.regions if region in order[: n + 1]]
        stage.disrupt(regions=failing, since=starts[n], until=starts[n + 1])


def recovery_region_by_region(stage: Stage) -> None:
    """All regions fail; then one after the other is well."""
    order = stage.random.sample(stage.regions, len(stage.regions))
    starts = [stage.since, *stage.moments(len(order) + 2)[3:], stage.until]
    for n in range(len(order)):
        failing = [region for region in stage.regions if region not in order[:n]]
        stage.disrupt(regions=failing, since=starts[n], until=starts[n + 1])


def recovery_model_by_model(stage: Stage) -> None:
    """All components fail; then one after the other is well."""
    names = stage.components()
    order = stage.random.sample(names, len(names))
    starts = [stage.since, *stage.moments(len(order) + 2)[3:], stage.until]
    for n in range(len(order)):
        failing = [name for name in names if name not in order[:n]]
        stage.disrupt(components=failing, since=starts[n], until=starts[n + 1])


def flapping(stage: Stage) -> None:
    """The whole service fails and is well by turns; in truth one disruption of half the looks."""
    turn_ms = max(2 * stage.shape.interval_ms, stage.random.randint(60_000, 90_000))
    turns = max(3, (stage.until - stage.since) // (2 * turn_ms))
    for n in range(turns):
        stage.disrupt(since=stage.since + 2 * n * turn_ms, until=stage.since + (2 * n + 1) * turn_ms)
    stage.truths.clear()
    end = stage.since + (2 * turns - 1) * turn_ms
    stage.tell(stage.main, stage.components(), stage.regions, turns / (2 * turns - 1), stage.since, end)


def blip(stage: Stage) -> None:
    """The whole service fails for half a minute."""
    stage.until = stage.since + _BLIP_MS
    stage.disrupt()


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
    """Half of the resolvers say that the names of the service do not exist; each look asks one of them."""
    stage.disrupt(share=0.5, failures=(NO_SUCH_NAME,))


def maintenance(stage: Stage) -> None:
    """One component is shut down on purpose."""
    stage.disrupt(components=[stage.one(stage.components())], failures=(UNAVAILABLE,))


def slow_burn(stage: Stage) -> None:
    """The failing share of the whole service grows from 1 to 20 % over half an hour."""
    stage.until = stage.since + 30 * MINUTE_MS
    starts = [*stage.moments(10), stage.until]
    for n in range(10):
        stage.disrupt(share=0.01 + 0.19 * n / 9, since=starts[n], until=starts[n + 1])


def two_incidents(stage: Stage) -> None:
    """A component of one service everywhere, and another service in one region."""
    stage.disrupt(components=[stage.one(stage.components())])
    later = stage.since + stage.random.randrange((stage.until - stage.since) // 2)
    stage.disrupt(
        service=stage.one([s for s in stage.services if s != stage.main]),
        regions=[stage.one(stage.regions)],
        since=later,
    )


def two_incidents_one_service(stage: Stage) -> None:
    """One component everywhere, and the rest of the service in one region."""
    part = stage.one(stage.components())
    later = stage.since + stage.random.randrange((stage.until - stage.since) // 2)
    stage.disrupt(components=[part])
    stage.disrupt(regions=[stage.one(stage.regions)], since=later)


def third_silent(stage: Stage) -> None:
    """The whole service fails while a third of the regions is not heard."""
    silent = stage.pick(stage.regions, len(stage.regions) // 3)
    stage.silence(silent, stage.since - MINUTE_MS, stage.until + 2 * MINUTE_MS)
    stage.disrupt()


def repeats_shuffled(stage: Stage) -> None:
    """One component fails, and every result comes three times, each up to two minutes late."""
    stage.disrupt(components=[stage.one(stage.components())])
    stage.arrivals.append(repeated(3, _SHUFFLED_MS, Dice(stage.seed + 1)))


def unreachable_region(stage: Stage) -> None:
    """One region has no route to the service; its own network is well."""
    stage.disrupt(regions=[stage.one(stage.regions)], failures=(UNREACHABLE,))
