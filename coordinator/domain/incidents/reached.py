"""What an incident says: a claim of the cells that it reaches, so that no verdict contradicts it.

A verdict narrows as soon as it is sure, an incident only after steady evidence. What it then says
of scope, places and count is of its own cells, by the measures and in the words of a claim.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from coordinator.domain.incidents.open_incident import AnnouncedClaim, OpenIncident, StepInput
from coordinator.domain.inference.claim import (
    EVERYWHERE,
    Claim,
    components_everywhere,
    scope_of_cells,
)
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import WIDTH, Scope, Severity, widest
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.tally import Tally, tallies


def claim_of_reach(
    reach: frozenset[CellKey],
    mine: Sequence[AnnouncedClaim],
    step_input: StepInput,
    rules: Rules,
) -> Claim:
    """The claim that is announced of just these cells, else the widest one stretched over them.

    Of what is everywhere, it speaks of the components that are: another may fail in some regions
    only.
    """
    exact = next((one.claim for one in mine if one.claim.cells == reach), None)
    if exact is not None:
        return exact
    best = max((one.claim for one in mine), key=lambda claim: WIDTH[claim.scope])
    own = scope_of_cells(
        reach, step_input.enabled, rules, step_input.newest, step_input.independence
    )
    # where too few are heard to tell, cells that are not everywhere may be regional or wider
    is_known = best.scope is not Scope.UNKNOWN or own in EVERYWHERE
    scope = widest((best.scope, own)) if is_known else Scope.UNKNOWN
    regions = {region for _, region in reach}
    if best.scope is scope and set(best.regions) == regions:
        return best
    meant: Collection[str] = {name for name, _ in reach}
    if scope in EVERYWHERE:
        meant = components_everywhere(reach, step_input.newest, rules) or meant
    return replace(
        best,
        scope=scope,
        cells=frozenset(key for key in reach if key[0] in meant),
        regions=in_order(step_input.regions, regions),
        components=in_order(step_input.components, meant),
        since=min(one.claim.since for one in mine),
        group="",
        at_least=False,
    )


def worst_of(mine: Sequence[AnnouncedClaim]) -> Severity:
    """The severity of several claims, as a verdict tells it."""
    return max((one.severity for one in mine), key=list(Severity).index)


def in_order(names: Sequence[str], wanted: Collection[str]) -> tuple[str, ...]:
    """Those of the names that are wanted, in the order of the names."""
    return tuple(name for name in names if name in wanted)


def firsts_of(
    grid: CountGrid, incidents: Iterable[OpenIncident], *, slow: bool
) -> Mapping[CellKey, Tally]:
    """The tallies of all cells that these incidents reach."""
    cells = {cell for opened in incidents for cell in opened.cell_spans}
    return tallies(grid, cells, grid.begin, slow=slow) if cells else {}
