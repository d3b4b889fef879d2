"""The matrix: which cells of a service fail, judged together, because cells of one line share their fate.

A line is a region with all its components, or a component with all its regions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import fsum, log

from coordinator.domain.reading import Reading
from coordinator.domain.rules import Rules
from worker.contract.instant import Instant

CellKey = tuple[str, str]
"""(component, region)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one cell that votes shows: its reading, and the moment of its newest look."""

    reading: Reading
    newest: Instant


Matrix = Mapping[CellKey, Sight]
GoodSince = Callable[[CellKey, Instant], int]
"""How many good looks a cell had since a moment."""


def failing_cells(matrix: Matrix, good_since: GoodSince, rules: Rules) -> frozenset[CellKey]:
    """The cells that fail: by themselves, together with their line, or not yet looked at since their line failed."""
    failing = {key for key, sight in matrix.items() if sight.reading.failing}
    lines = _lines(matrix)
    for line in lines:
        failing |= _together(line, matrix, failing, rules)
    for line in lines:
        failing |= _not_cleared(line, matrix, failing, good_since, rules)
    return frozenset(failing | _not_looked_at_since(matrix, failing))


def _lines(matrix: Matrix) -> list[list[CellKey]]:
    """The regions and the components, as far as they have more than one cell."""
    lines: dict[tuple[int, str], list[CellKey]] = {}
    for key in matrix:
        for axis, name in enumerate(key):
            lines.setdefault((axis, name), []).append(key)
    return [line for line in lines.values() if len(line) > 1]


def _together(line: Iterable[CellKey], matrix: Matrix, failing: set[CellKey], rules: Rules) -> set[CellKey]:
    """The suspects of a line whose evidence is enough only when added up."""
    suspects = {key for key in line if key not in failing and matrix[key].reading.nats > 0}
    evidence = fsum(min(matrix[key].reading.nats, rules.clip_nats) for key in suspects)
    return suspects if evidence >= rules.line_nats else set()


def _not_cleared(
    line: list[CellKey], matrix: Matrix, failing: set[CellKey], good_since: GoodSince, rules: Rules
) -> set[CellKey]:
    """When half a line fails partially, the cells whose few good looks do not yet tell them apart from the others."""
    bad = [key for key in line if key in failing]
    if 2 * len(bad) < len(line):
        return set()
    share = sum(matrix[key].reading.share for key in bad) / len(bad)
    if share >= rules.outage_share:
        return set()
    start = min(_first_bad(matrix, bad))
    enough = log(rules.clear_share) / log(1 - share)
    return {key for key in line if key not in failing and good_since(key, start) < enough}


def _not_looked_at_since(matrix: Matrix, failing: set[CellKey]) -> set[CellKey]:
    """Cells whose region and component both fail, and that were not looked at since: no news is not good news."""
    by_component: dict[str, list[CellKey]] = {}
    by_region: dict[str, list[CellKey]] = {}
    for key in failing:
        by_component.setdefault(key[0], []).append(key)
        by_region.setdefault(key[1], []).append(key)
    return {
        (component, region)
        for component, region in matrix
        if component in by_component
        and region in by_region
        and (component, region) not in failing
        and matrix[component, region].newest < min(_first_bad(matrix, by_region[region]))
    }


def _first_bad(matrix: Matrix, keys: Iterable[CellKey]) -> list[Instant]:
    return [moment for key in keys if (moment := matrix[key].reading.first_bad) is not None]
