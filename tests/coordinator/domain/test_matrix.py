from coordinator.domain.matrix import CellKey, Sight, failing_cells
from coordinator.domain.reading import CLEAN, Reading
from coordinator.domain.rules import Rules

RULES = Rules()
REGIONS = [f"r{n}" for n in range(5)]
TOTAL = Reading(failing=True, nats=14, looks=3, bad=3, first_bad=100, last_bad=160)
PARTIAL = Reading(failing=True, nats=12, looks=10, bad=4, first_bad=100, last_bad=400)
ONE = Reading(nats=4.5, looks=1, bad=1, first_bad=100, last_bad=100)


def matrix(**readings: Reading) -> dict[CellKey, Sight]:
    """Component c in five regions and component d, well, in all of them."""
    sights = {("c", region): Sight(readings.get(region, CLEAN), 500) for region in REGIONS}
    return sights | {("d", region): Sight(CLEAN, 500) for region in REGIONS}


def failing(
    sights: dict[CellKey, Sight], good: int = 10, bad: int = 0, before: frozenset[CellKey] = frozenset()
) -> list[str]:
    found = failing_cells(sights, before, lambda key, since: (good, bad) if since <= 400 else (0, 0), RULES)
    return sorted(region for _, region in found)


def test_a_cell_fails_by_itself() -> None:
    assert failing(matrix(r1=TOTAL)) == ["r1"]


def test_single_failures_fail_together_when_there_are_enough_of_them() -> None:
    assert failing(matrix(r1=ONE, r2=ONE)) == []
    assert failing(matrix(r1=ONE, r2=ONE, r3=ONE)) == ["r1", "r2", "r3"]


def test_one_cell_does_not_speak_for_its_neighbours() -> None:
    loud = Reading(nats=8.9, looks=4, bad=3, first_bad=100, last_bad=300)
    assert failing(matrix(r1=loud, r2=ONE)) == []


def test_a_cell_that_failed_with_its_line_goes_on_until_a_look_is_good() -> None:
    before = frozenset({("c", "r1")})
    assert failing(matrix(r1=ONE), before=before) == ["r1"]
    good_again = Reading(nats=3.0, looks=1, bad=1, first_bad=100, last_bad=100, good_since=1, first_good=160)
    assert failing(matrix(r1=good_again), before=before) == []


def test_when_most_of_a_line_fails_in_part_the_rest_is_taken_for_the_same_unless_its_looks_say_otherwise() -> None:
    most = matrix(r0=PARTIAL, r1=PARTIAL, r2=PARTIAL)
    assert failing(most, good=3) == REGIONS
    assert failing(most, good=30) == ["r0", "r1", "r2"]
    assert failing(most, good=30, bad=8) == REGIONS


def test_a_total_failure_is_never_spread_to_cells_that_answer() -> None:
    assert failing(matrix(r0=TOTAL, r1=TOTAL, r2=TOTAL), good=1) == ["r0", "r1", "r2"]


def test_a_cell_not_looked_at_since_its_region_and_component_failed_is_taken_to_fail() -> None:
    sights = matrix(r1=TOTAL, r2=TOTAL) | {("d", "r1"): Sight(TOTAL, 500), ("d", "r2"): Sight(CLEAN, 90)}
    assert failing(sights) == ["r1", "r1", "r2", "r2"]
    sights["d", "r2"] = Sight(CLEAN, 110)
    assert failing(sights) == ["r1", "r1", "r2"]


def test_partly_failing_cells_recover_together() -> None:
    several = matrix(r0=PARTIAL, r1=PARTIAL, r2=PARTIAL)
    assert failing_cells(several, frozenset(), lambda key, since: (4 if since > 400 else 30, 0), RULES) != frozenset()
    assert failing_cells(several, frozenset(), lambda key, since: (6 if since > 400 else 30, 0), RULES) == frozenset()
