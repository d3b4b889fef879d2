"""Scripts in which a part of the network between us and the targets fails: a route, an area, a
CDN.
"""

from coordinator.evaluation.simulator.fleet.placement import CDN, Placement
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.world.trouble import CUT, TIMEOUT, UNAVAILABLE, UNREACHABLE


def unreachable_region(stage: Stage) -> None:
    """One region has no route to the service; its own network is well."""
    stage.disrupt(regions=[stage.one(stage.regions)], failures=(UNREACHABLE,))


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
    stage.disrupt(
        regions=[
            region for region, area in zip(stage.regions, areas, strict=True) if area == chosen
        ]
    )


def cdn_two_regions(stage: Stage) -> None:
    """An edge that two regions share: what is behind the CDN fails in both."""
    edges = [regions for regions in stage.placement.edge_groups().values() if len(regions) > 1]
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(behind, stage.one(edges), (UNAVAILABLE, TIMEOUT))


def cdn_60_percent(stage: Stage) -> None:
    """Six in ten of all targets are behind one CDN, and one of its edges fails."""
    _behind_cdn(stage)
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(
        behind, stage.one(list(stage.placement.edge_groups().values())), (UNAVAILABLE, TIMEOUT)
    )


def cdn_everywhere(stage: Stage) -> None:
    """Six in ten of all targets are behind one CDN, and all of it fails."""
    _behind_cdn(stage)
    behind = [check for check in stage.topology.checks if stage.placement.asn(check) == CDN]
    stage.disrupt_checks(behind, stage.regions, (UNAVAILABLE, TIMEOUT))


def _behind_cdn(stage: Stage) -> None:
    targets = [check.id for check in stage.topology.checks if check.service in stage.services]
    behind = frozenset(stage.pick(targets, max(1, round(0.6 * len(targets)))))
    stage.placement = Placement(stage.topology, behind, stage.placement.edges)
