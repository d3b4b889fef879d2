from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.claim import ALL_WELL, Claim, Coverage, confidence_cap, scope_of, within
from coordinator.domain.hypotheses import Hypothesis
from coordinator.domain.opinion import CALM, TOP, Opinion, conclude
from coordinator.domain.posterior import SHARES, SLOW_MODE, Posterior
from coordinator.domain.rules import Rules
from coordinator.domain.sheet import Sheet
from coordinator.domain.verdict import Scope
from tests.coordinator.domain.handmade import RULES, Seen, at, coverage_of, frame, regions_of, sheet_of

Likely = tuple[tuple[int, ...], tuple[int, ...], float]
"""Components, regions, and how likely they are."""
AXES = frame(3, 5)
ALL_REGIONS, ALL_COMPONENTS = (0, 1, 2, 3, 4), (0, 1, 2)


def votes_in(regions: Iterable[int], of: int = 5, components: int = 1) -> np.ndarray:
    votes = np.zeros((components, of), dtype=np.bool_)
    votes[:, list(regions)] = True
    return votes


def scope(
    bad: Iterable[int],
    heard: int,
    enabled: int,
    *,
    looked: Iterable[int] | None = None,
    rules: Rules = RULES,
    components: tuple[int, int] = (1, 1),
) -> Scope:
    """The scope when these regions fail, the first so many are heard, so many should look; (failing, judged)."""
    axes = frame(components[1], enabled)
    coverage = coverage_of(axes, votes_in(range(heard), enabled, components[1]))
    seen = np.zeros(enabled, dtype=np.bool_)
    seen[list(range(heard) if looked is None else looked)] = True
    return scope_of(Hypothesis(tuple(range(components[0])), tuple(bad), 0.0), coverage, seen, rules)


@pytest.mark.parametrize("enabled", range(1, 9))
@pytest.mark.parametrize("rules", [RULES, Rules(enough_regions=1), Rules(enough_regions=0, enough_share=0.0)])
def test_one_region_alone_is_never_everywhere_whatever_the_rules_say(enabled: int, rules: Rules) -> None:
    assert scope([0], heard=1, enabled=enabled, rules=rules) is Scope.UNKNOWN


@pytest.mark.parametrize(("heard", "expected"), [(1, "unknown"), (2, "unknown"), (3, "system_wide")])
def test_fewer_than_three_regions_cannot_say_that_it_is_everywhere(heard: int, expected: str) -> None:
    assert scope(range(heard), heard, heard) == expected
    assert scope(range(2), 2, 2, rules=Rules(enough_regions=2)) is Scope.SYSTEM_WIDE


@pytest.mark.parametrize(
    ("heard", "enabled", "expected"),
    [(3, 6, "system_wide"), (3, 7, "unknown"), (4, 8, "system_wide"), (4, 9, "unknown"), (5, 40, "unknown")],
)
def test_under_half_of_those_that_should_look_cannot_say_that_it_is_everywhere(
    heard: int, enabled: int, expected: str
) -> None:
    assert scope(range(heard), heard, enabled) == expected


@pytest.mark.parametrize(
    ("bad", "heard", "expected"),
    [
        (5, 5, "system_wide"),
        (4, 5, "system_wide"),
        (3, 5, "regional"),
        (3, 4, "regional"),
        (7, 8, "system_wide"),
        (6, 8, "regional"),
        (1, 2, "regional"),
    ],
)
def test_nearly_all_of_the_regions_heard_is_everywhere(bad: int, heard: int, expected: str) -> None:
    assert scope(range(bad), heard, heard) == expected


def test_regions_that_are_not_heard_count_neither_way() -> None:
    assert scope(range(5), heard=4, enabled=5) is Scope.SYSTEM_WIDE
    assert scope([0, 1, 3, 4], heard=3, enabled=5) is Scope.REGIONAL, "two of the three that are heard"


def test_a_region_that_is_heard_but_was_not_looked_from_since_says_nothing_yet() -> None:
    assert scope(range(5), 5, 5, looked=[0, 1, 2]) is Scope.SYSTEM_WIDE
    assert scope(range(5), 5, 5, looked=[0, 1]) is Scope.UNKNOWN


@pytest.mark.parametrize(
    ("failing", "judged", "expected"),
    [(1, 1, "system_wide"), (1, 2, "component"), (3, 4, "component"), (4, 5, "system_wide"), (5, 5, "system_wide")],
)
def test_nearly_all_components_are_the_whole_service(failing: int, judged: int, expected: str) -> None:
    assert scope(range(4), 4, 4, components=(failing, judged)) == expected


@settings(max_examples=100)
@given(st.integers(1, 8), st.integers(0, 8), st.sets(st.integers(0, 7), min_size=1), st.booleans())
def test_what_is_said_to_be_everywhere_was_heard_nearly_everywhere(
    enabled: int, heard: int, bad: set[int], every_component: bool
) -> None:
    heard = min(heard, enabled)
    there = sorted(region for region in bad if region < enabled)
    found = scope(there, heard, enabled, components=(2 if every_component else 1, 2))
    failing = sum(region < heard for region in there)
    if found in (Scope.SYSTEM_WIDE, Scope.COMPONENT):
        assert heard >= 3
        assert 2 * heard >= enabled
        assert failing >= 0.8 * heard
        assert (found is Scope.SYSTEM_WIDE) == every_component
    elif found is Scope.REGIONAL:
        assert failing < 0.8 * heard


@pytest.mark.parametrize(
    ("regions", "cap"), [(0, 0.0), (1, 0.6), (2, 0.7), (3, 0.8), (4, 0.8), (5, 0.95), (7, 0.95), (8, 0.99), (99, 0.99)]
)
def test_a_claim_is_trusted_by_how_much_of_everywhere_was_heard_and_never_wholly(regions: int, cap: float) -> None:
    assert confidence_cap(regions) == cap


def test_regions_and_components_are_heard_where_any_cell_of_them_votes() -> None:
    votes = np.array([[True, False, False], [False, True, False]])
    coverage = coverage_of(frame(2, 3), votes)
    assert coverage.heard([0]).tolist() == [True, False, False]
    assert coverage.heard([0, 1]).tolist() == [True, True, False]
    assert coverage.regions_heard() == 2


def posterior(*likely: Likely, none: float = 0.01, slow: bool = False, onset: int = 3) -> Posterior:
    """What is likely, as shares of all that may be wrong."""
    hypotheses = [Hypothesis(components, regions, 8.0) for components, regions, _ in likely]
    chance = np.array([share for *_, share in likely]) * (1 - none)
    modes = np.zeros((len(likely), len(SHARES) + 1))
    modes[:, SLOW_MODE if slow else 0] = chance
    nats = np.zeros((len(likely), AXES.buckets))
    nats[:, :onset], nats[:, onset:] = -1, 2
    return Posterior(hypotheses, chance, modes, nats, none)


def everything(bad: Iterable[tuple[int, int]] = (), since: float = 30) -> list[Seen]:
    """A look at each cell each ten seconds, a little later from region to region; these cells fail."""
    failing = set(bad)
    return [
        Seen(10 * n + c + r, c, r, bad=(c, r) in failing and 10 * n >= since)
        for n in range(AXES.buckets)
        for c in ALL_COMPONENTS
        for r in ALL_REGIONS
    ]


def opinion(
    found: Posterior,
    seen: Sequence[Seen] | None = None,
    coverage: Coverage | None = None,
    nats: np.ndarray | None = None,
) -> Opinion:
    sheet: Sheet = sheet_of(AXES, everything([(0, 0)]) if seen is None else seen)
    nats = np.zeros((len(SHARES) + 1, AXES.buckets, 3, 5)) if nats is None else nats
    return conclude(found, nats, coverage or coverage_of(AXES), sheet, RULES)


def cells(components: Iterable[int], regions: Iterable[int]) -> frozenset[tuple[str, str]]:
    return frozenset((AXES.components[c], AXES.regions[r]) for c in components for r in regions)


def test_when_nothing_is_wrong_there_is_nothing_to_say() -> None:
    assert opinion(posterior(((0,), (0,), 0.0), none=1.0)) is CALM
    assert CALM.claim is ALL_WELL


def test_what_is_likely_enough_is_claimed_with_all_its_cells_and_its_start() -> None:
    found = opinion(posterior(((0,), ALL_REGIONS, 0.95), (ALL_COMPONENTS, ALL_REGIONS, 0.05)))
    claim = found.claim
    assert found.sure
    assert found.wrong == pytest.approx(0.99)
    assert (claim.scope, claim.regions, claim.components) == (Scope.COMPONENT, regions_of(5), ("c1",))
    assert claim.cells == cells((0,), ALL_REGIONS)
    assert claim.chance == pytest.approx(0.95)
    assert claim.since == at(30)
    assert (claim.slow, claim.at_least, claim.group) == (False, False, "")


def test_regions_and_components_are_named_in_the_order_of_the_configuration() -> None:
    claim = opinion(posterior(((2, 0), (3, 1), 0.95))).claim
    assert (claim.components, claim.regions) == (("c1", "c3"), ("r2", "r4"))


def test_a_claim_names_the_group_and_whether_it_is_slowness() -> None:
    found = posterior((ALL_COMPONENTS, (0, 1), 0.95), slow=True)
    named = replace(found, hypotheses=[replace(found.hypotheses[0], group="country IE")])
    claim = opinion(named, everything([(0, 0), (0, 1)])).claim
    assert (claim.group, claim.slow, claim.scope) == ("country IE", True, Scope.REGIONAL)


def test_cells_that_do_not_vote_are_not_claimed() -> None:
    votes = np.ones((3, 5), dtype=np.bool_)
    votes[0, 1] = votes[1, 0] = False
    claim = opinion(posterior(((0, 1), (0, 1), 0.95)), coverage=coverage_of(AXES, votes)).claim
    assert claim.cells == {("c1", "r1"), ("c2", "r2")}


def test_several_explanations_of_one_scope_are_a_class_that_reaches_at_least_what_they_share() -> None:
    found = opinion(posterior(((0,), (0, 1), 0.5), ((0,), (0, 1, 2), 0.45), (ALL_COMPONENTS, ALL_REGIONS, 0.05)))
    assert not found.sure
    assert (found.claim.scope, found.claim.at_least) == (Scope.REGIONAL, True)
    assert found.claim.cells == cells((0,), (0, 1))
    assert found.claim.chance == pytest.approx(0.95)


def test_a_class_that_agrees_on_nothing_is_told_by_its_best() -> None:
    found = opinion(posterior(((0,), (0,), 0.5), ((0,), (1,), 0.3), ((0,), (2,), 0.2)))
    assert (found.sure, found.claim.scope, found.claim.at_least) == (False, Scope.REGIONAL, True)
    assert found.claim.cells == cells((0,), (0,))


def test_explanations_of_several_scopes_are_unknown_with_the_best_of_them() -> None:
    found = opinion(posterior(((0,), (0, 1), 0.5), ((0,), ALL_REGIONS, 0.3), (ALL_COMPONENTS, ALL_REGIONS, 0.2)))
    assert (found.sure, found.claim.scope, found.claim.at_least) == (False, Scope.UNKNOWN, True)
    assert found.claim.cells == cells((0,), (0, 1)), "that much is sure"
    first, second, third = found.rivals
    assert (first["scope"], first["regions"], first["components"]) == ("regional", ["r1", "r2"], ["c1"])
    assert (second["scope"], third["scope"]) == ("component", "system_wide")
    assert [rival["chance"] for rival in found.rivals] == [0.495, 0.297, 0.198]


def test_explanations_that_agree_on_no_cell_leave_even_that_open() -> None:
    found = opinion(posterior(((0,), (0, 1), 0.5), ((1,), ALL_REGIONS, 0.5)))
    assert (found.claim.scope, found.claim.cells) == (Scope.UNKNOWN, frozenset())


@pytest.mark.parametrize(("share", "sure"), [(0.9, True), (0.899, False)])
def test_a_claim_must_be_likely_enough(share: float, sure: bool) -> None:
    assert opinion(posterior(((0,), (0,), share), ((0,), ALL_REGIONS, 1 - share))).sure is sure


def test_how_likely_it_is_that_anything_is_wrong_does_not_make_a_claim_surer() -> None:
    likely = ((0,), (0,), 0.95), ((0,), ALL_REGIONS, 0.05)
    maybe, surely = (opinion(posterior(*likely, none=none)) for none in (0.5, 0.0001))
    assert maybe.claim.chance == pytest.approx(surely.claim.chance)
    assert (maybe.wrong, surely.wrong) == (0.5, pytest.approx(0.9999))


def test_only_the_likeliest_few_are_shown_with_their_evidence_and_price() -> None:
    likely = [((0,), (r,), 0.19 - 0.01 * r) for r in range(5)] + [((1,), (r,), 0.03) for r in range(5)]
    rivals = opinion(posterior(*likely)).rivals
    assert len(rivals) == TOP
    assert [rival["regions"] for rival in rivals] == [[region] for region in regions_of(5)]
    assert (rivals[0]["nats"], rivals[0]["price"], rivals[0]["group"]) == (15.0, 8.0, "")


def test_next_to_impossible_explanations_are_left_out() -> None:
    found = opinion(posterior(((0,), (0,), 0.9998), ((0,), ALL_REGIONS, 0.0002)))
    assert len(found.rivals) == 1


def test_when_too_few_regions_are_heard_an_outage_of_all_of_them_is_unknown_though_sure() -> None:
    coverage = coverage_of(AXES, votes_in([0, 1], 5, 3))
    found = opinion(posterior((ALL_COMPONENTS, ALL_REGIONS, 0.97), ((0,), (0,), 0.03)), coverage=coverage)
    assert (found.sure, found.claim.scope) == (True, Scope.UNKNOWN)
    assert found.claim.cells == cells(ALL_COMPONENTS, (0, 1))


def test_a_region_is_told_apart_only_from_those_that_were_looked_from_meanwhile() -> None:
    """The region's looks all came first: the others may be failing by now, too."""
    before = [Seen(10 * n + r, 0, r) for n in range(3) for r in ALL_REGIONS]
    failed = [Seen(30, 0, 0, bad=True), Seen(31, 0, 0, bad=True)]
    found = posterior(((0,), (0,), 0.97))
    alone = opinion(found, [*before, *failed])
    assert (alone.sure, alone.claim.scope) == (True, Scope.UNKNOWN)
    two = [*before, Seen(30.5, 0, 1), Seen(30.6, 0, 2), *failed]
    assert opinion(found, two).claim.scope is Scope.REGIONAL, "half of the four others"
    assert opinion(found, two[:-3] + failed).claim.scope is Scope.UNKNOWN, "one is not half"


def test_looks_after_the_last_failure_do_not_tell_a_region_apart() -> None:
    looks = [Seen(30, 0, 0, bad=True), *(Seen(32, 0, r) for r in (1, 2, 3, 4))]
    assert opinion(posterior(((0,), (0,), 0.97)), looks).claim.scope is Scope.UNKNOWN
    assert opinion(posterior(((0,), (0,), 0.97)), [*looks, Seen(33, 0, 0, bad=True)]).claim.scope is Scope.REGIONAL


def test_looks_at_other_components_do_not_tell_a_region_apart() -> None:
    looks = [Seen(30, 0, 0, bad=True), *(Seen(31, 1, r) for r in (1, 2, 3, 4)), Seen(40, 0, 0, bad=True)]
    assert opinion(posterior(((0,), (0,), 0.97)), looks).claim.scope is Scope.UNKNOWN


def test_slow_looks_tell_a_region_apart_as_failures_do() -> None:
    looks = [Seen(30, 0, 0, slow=True), *(Seen(31, 0, r) for r in (1, 2)), Seen(32, 0, 0, slow=True)]
    assert opinion(posterior(((0,), (0,), 0.97), slow=True), looks).claim.scope is Scope.REGIONAL


def test_a_claim_is_kept_as_far_as_its_cells_are_still_looked_at() -> None:
    claim = Claim(Scope.REGIONAL, cells((0, 1), (0, 1)), ("r1", "r2"), ("c1", "c2"), 0.95)
    assert within(claim, cells(ALL_COMPONENTS, ALL_REGIONS)) is claim
    less = within(claim, cells(ALL_COMPONENTS, (1, 2)))
    assert (less.cells, less.regions, less.components) == (cells((0, 1), (1,)), ("r2",), ("c1", "c2"))
    assert within(claim, []).cells == frozenset()


def test_how_likely_and_since_when_do_not_make_another_claim() -> None:
    claim = Claim(Scope.REGIONAL, cells((0,), (0,)), ("r1",), ("c1",), 0.95)
    assert claim.says() == replace(claim, chance=0.99, since=at(9), slow=True).says()
    assert claim.says() != replace(claim, cells=cells((0,), (0, 1))).says()
