import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.matrix import CellKey
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Coverage, confidence_cap, rule
from coordinator.domain.verdict import Scope

ORDER = [Scope.NONE, Scope.REGIONAL, Scope.UNKNOWN, Scope.COMPONENT, Scope.SYSTEM_WIDE]


def grid(regions: int, components: int = 3, heard: int | None = None) -> Coverage:
    names = tuple(f"r{n}" for n in range(regions))
    enabled = {f"c{n}": names for n in range(components)}
    voting = frozenset(
        (component, region) for component in enabled for region in names[: heard if heard is not None else regions]
    )
    return Coverage(enabled, voting)


def cells(*named: str) -> frozenset[CellKey]:
    """`c0:r1,r2` as cells."""
    return frozenset(
        (component, region)
        for name in named
        for component, regions in [name.split(":")]
        for region in regions.split(",")
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Coverage, frozenset[CellKey]]:
    coverage = grid(draw(st.integers(1, 8)), draw(st.integers(1, 4)), draw(st.integers(0, 8)))
    voting = sorted(coverage.voting)
    return coverage, frozenset(draw(st.lists(st.sampled_from(voting)))) if voting else frozenset()


@pytest.mark.parametrize(
    ("coverage", "failing", "scope", "regions", "components"),
    [
        (grid(5), cells(), "none", (), ()),
        (grid(5, heard=0), cells(), "unknown", (), ()),
        (grid(5), cells("c0:r0", "c1:r0"), "regional", ("r0",), ("c0", "c1")),
        (grid(5), cells("c0:r0,r1,r2"), "regional", ("r0", "r1", "r2"), ("c0",)),
        (grid(5), cells("c0:r0,r1,r2,r3"), "component", ("r0", "r1", "r2", "r3"), ("c0",)),
        (grid(5), cells("c0:r0,r1,r2,r3", "c1:r4"), "component", ("r0", "r1", "r2", "r3"), ("c0",)),
        (grid(3, 2), cells("c0:r0,r1,r2", "c1:r0,r1,r2"), "system_wide", ("r0", "r1", "r2"), ("c0", "c1")),
        (grid(3, components=1), cells("c0:r0,r1,r2"), "system_wide", ("r0", "r1", "r2"), ("c0",)),
        (grid(5, heard=2), cells("c0:r0,r1"), "unknown", ("r0", "r1"), ("c0",)),
        (grid(5, heard=2), cells("c0:r0"), "regional", ("r0",), ("c0",)),
        (grid(8, heard=3), cells("c0:r0,r1,r2"), "unknown", ("r0", "r1", "r2"), ("c0",)),
        (grid(8, heard=4), cells("c0:r0,r1,r2,r3"), "component", ("r0", "r1", "r2", "r3"), ("c0",)),
        (grid(5, heard=1), cells("c0:r0"), "unknown", ("r0",), ("c0",)),
    ],
)  # fmt: skip
def test_the_scope_follows_from_where_and_what_fails(
    coverage: Coverage, failing: frozenset[CellKey], scope: str, regions: tuple[str, ...], components: tuple[str, ...]
) -> None:
    ruling = rule(coverage, failing, Rules())
    assert (ruling.scope, ruling.regions, ruling.components) == (scope, regions, components)


@given(situations(), st.floats(0.1, 1), st.integers(0, 3), st.floats(0, 1))
def test_one_region_alone_never_speaks_for_everywhere(
    situation: tuple[Coverage, frozenset[CellKey]], nearly_all: float, enough: int, share: float
) -> None:
    """Whatever the thresholds are set to."""
    coverage, failing = situation
    rules = Rules(nearly_all=nearly_all, enough_regions=enough, enough_share=share)
    one = {cell for cell in failing if cell[1] == "r0"}
    heard_alone = Coverage(coverage.enabled, frozenset(cell for cell in coverage.voting if cell[1] == "r0"))
    assert rule(heard_alone, frozenset(one), rules).scope not in (Scope.SYSTEM_WIDE, Scope.COMPONENT)
    if len(coverage.regions_heard()) > 1:
        assert rule(coverage, frozenset(one), Rules()).scope not in (Scope.SYSTEM_WIDE, Scope.COMPONENT)


@given(situations())
def test_a_cell_that_is_well_after_all_never_widens_the_scope(situation: tuple[Coverage, frozenset[CellKey]]) -> None:
    """Under one coverage, and with `unknown` standing between regional and component."""
    coverage, failing = situation
    before = rule(coverage, failing, Rules())
    for cell in failing:
        after = rule(coverage, failing - {cell}, Rules())
        assert ORDER.index(after.scope) <= ORDER.index(before.scope)


@given(situations())
def test_what_is_ruled_fails_and_what_is_named_is_in_it(situation: tuple[Coverage, frozenset[CellKey]]) -> None:
    coverage, failing = situation
    ruling = rule(coverage, failing, Rules())
    assert ruling.cells <= failing
    assert {region for _, region in ruling.cells} == set(ruling.regions)
    assert {component for component, _ in ruling.cells} == set(ruling.components)


def test_no_claim_is_ever_certain() -> None:
    caps = [confidence_cap(heard) for heard in range(30)]
    assert caps == sorted(caps)
    assert caps[0] == 0
    assert max(caps) == 0.99
