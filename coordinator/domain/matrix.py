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

    @property
    def ends_bad(self) -> bool:
        """Whether its newest look failed."""
        return self.reading.nats > 0 and self.reading.good_since == 0


Matrix = Mapping[CellKey, Sight]
LINES_ARE_LUCKIER = 2
"""A line has so many looks that a lucky streak comes by often: it takes the square of the chance to be no luck."""
Counts = Callable[[CellKey, Instant], tuple[int, int]]
"""How many good and how many bad looks a cell had since a moment."""


def failing_cells(matrix: Matrix, before: frozenset[CellKey], counts: Counts, rules: Rules) -> frozenset[CellKey]:
    """The cells that fail: by themselves, together with their line, or not yet looked at since their line failed.

    A cell that failed `before` goes on failing until a look at it is good.
    """
    failing = {key for key, sight in matrix.items() if sight.reading.failing or (key in before and sight.ends_bad)}
    if not failing and not any(sight.reading.nats for sight in matrix.values()):
        return frozenset()
    lines = _lines(matrix)
    recovered = {key for line in lines for key in _recovered_together(line, matrix, failing, counts, rules)}
    failing -= recovered
    suspects = {key for line in lines for key in _suspect_together(line, matrix, failing | recovered, rules)}
    failing |= suspects
    alike = {key for line in lines for key in _not_told_apart(line, matrix, failing, counts, rules)}
    return frozenset(failing | (alike - recovered) | _not_looked_at_since(matrix, failing))


def _lines(matrix: Matrix) -> list[list[CellKey]]:
    """The regions and the components, as far as they have more than one cell."""
    lines: dict[tuple[int, str], list[CellKey]] = {}
    for key in matrix:
        lines.setdefault((0, key[0]), []).append(key)
        lines.setdefault((1, key[1]), []).append(key)
    return [line for line in lines.values() if len(line) > 1]


def _suspect_together(line: Iterable[CellKey], matrix: Matrix, judged: set[CellKey], rules: Rules) -> list[CellKey]:
    """The suspects of a line, beside those already judged, whose evidence is enough only when added up."""
    suspects = [key for key in line if matrix[key].reading.nats > 0 and key not in judged]
    evidence = fsum(min(matrix[key].reading.nats, rules.clip_nats) for key in suspects)
    return suspects if evidence >= rules.line_nats else []


def _recovered_together(
    line: Iterable[CellKey], matrix: Matrix, failing: set[CellKey], counts: Counts, rules: Rules
) -> list[CellKey]:
    """The partially failing cells of a line, when all its looks since the last failure are too many to be luck."""
    bad = [key for key in line if key in failing]
    partial = [key for key in bad if matrix[key].reading.is_partial]
    if len(partial) < 2:
        return []
    share = failing_share(matrix[key].reading for key in bad)
    since = max(matrix[key].reading.last_bad or 0 for key in bad) + 1
    good = sum(counts(key, since)[0] for key in bad)
    return partial if good * log(1 - share) <= LINES_ARE_LUCKIER * log(rules.clear_share) else []


def _not_told_apart(
    line: list[CellKey], matrix: Matrix, failing: set[CellKey], counts: Counts, rules: Rules
) -> list[CellKey]:
    """When most of a line fails partially, the others that may well fail as much: their looks do not say otherwise."""
    bad = [key for key in line if key in failing]
    if 2 * len(bad) <= len(line) or len(bad) == len(line):
        return []
    share = failing_share(matrix[key].reading for key in bad)
    if share >= rules.outage_share:
        return []
    start = min(_first_bad(matrix, bad))
    return [key for key in line if key not in failing and not _is_told_apart(*counts(key, start), share, rules)]


def _is_told_apart(good: int, bad: int, share: float, rules: Rules) -> bool:
    """Whether so many good and bad looks speak clearly against failing at this share."""
    normal = rules.normal_share
    return bad * log(share / normal) + good * log((1 - share) / (1 - normal)) <= log(rules.clear_share)


def failing_share(readings: Iterable[Reading]) -> float:
    """Share of the looks that failed since the trouble of these cells began; never quite all or nothing."""
    bad = looks = 0
    for reading in readings:
        bad += reading.bad
        looks += reading.looks + reading.good_since
    return (bad + 0.1) / (looks + 0.2)


def _not_looked_at_since(matrix: Matrix, failing: set[CellKey]) -> set[CellKey]:
    """Cells whose region and component both fail, and that were not looked at since: no news is not good news."""
    components = {component for component, _ in failing}
    began: dict[str, Instant] = {}
    for key in failing:
        for moment in _first_bad(matrix, [key]):
            began[key[1]] = min(moment, began.get(key[1], moment))
    return {
        key for key, sight in matrix.items() if key[0] in components and sight.newest < began.get(key[1], 0)
    } - failing


def _first_bad(matrix: Matrix, keys: Iterable[CellKey]) -> list[Instant]:
    return [moment for key in keys if (moment := matrix[key].reading.first_bad) is not None]
