"""What other regions saw is asked once, and again when a late look corrects it."""

from bisect import insort
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.vantages.elsewhere import Elsewhere
from coordinator.domain.vantages.independence import Independence
from coordinator.domain.window.look import Vote
from coordinator.domain.window.series import Series
from tests.coordinator.domain.handmade import at, check_of, code_of, regions_of, series_of

NAMES = regions_of(3)
CHECK = check_of("claude-c1", NAMES)
SLOT = at(50) // CHECK.interval_ms
LONG_AFTER = at(600)


def world() -> tuple[Elsewhere, dict[str, Series]]:
    """Three regions that look once in each of ten slots; all looks are good."""
    seen = {
        region: series_of(CHECK, region, [code_of(10 * n + 1, Vote.GOOD) for n in range(10)])
        for region in NAMES
    }
    return Elsewhere({CHECK.id: seen}, NAMES), seen


def fails_late(series: Series) -> None:
    insort(series.codes, code_of(50.5, Vote.BAD, worker=1))
    insort(series.codes, code_of(52, Vote.BAD))
    insort(series.codes, code_of(53, Vote.BAD))


def test_it_tells_what_each_region_saw_about_a_slot() -> None:
    elsewhere, seen = world()
    assert elsewhere.about(seen["r1"], SLOT, LONG_AFTER) == dict.fromkeys(NAMES, 0.0)


def test_what_is_over_is_remembered_until_a_late_look_corrects_it() -> None:
    elsewhere, seen = world()
    before = elsewhere.about(seen["r1"], SLOT, LONG_AFTER)
    fails_late(seen["r2"])
    assert elsewhere.about(seen["r1"], SLOT, LONG_AFTER + 1_000) is before
    elsewhere.correct(seen["r2"], at(52))
    assert elsewhere.about(seen["r1"], SLOT, LONG_AFTER + 1_000)["r2"] > 0


def test_a_late_look_corrects_the_slots_beside_its_own_and_no_others() -> None:
    elsewhere, seen = world()
    before = {
        slot: elsewhere.about(seen["r1"], slot, LONG_AFTER) for slot in range(SLOT - 3, SLOT + 4)
    }
    elsewhere.correct(seen["r2"], at(52))
    again = {slot: elsewhere.about(seen["r1"], slot, LONG_AFTER) for slot in before}
    asked_anew = [slot - SLOT for slot in before if again[slot] is not before[slot]]
    assert asked_anew == [-1, 0, 1]


def test_what_goes_on_is_asked_again_at_each_moment() -> None:
    elsewhere, seen = world()
    now = at(55)
    before = elsewhere.about(seen["r1"], SLOT, now)
    assert elsewhere.about(seen["r1"], SLOT, now) is before
    fails_late(seen["r2"])
    assert elsewhere.about(seen["r1"], SLOT, now + 1_000)["r2"] > 0


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    st.sampled_from([(), (("a", "b"),), (("a", "c", "e"), ("b", "f"))]),
)
def test_what_is_expected_is_the_median_of_what_other_vantage_points_saw(
    seen: dict[str, float], together: tuple[tuple[str, ...], ...]
) -> None:
    elsewhere = Elsewhere({}, "abcdef")
    elsewhere.independence = Independence(together)
    others = [elsewhere.independence.others(region, seen) for region in "abcdef"]
    meant = [median_low(there.values()) if there else 0.0 for there in others]
    assert elsewhere._medians([{}, seen]).tolist() == [[0.0] * 6, meant]


def test_what_is_expected_is_told_anew_when_regions_become_one_vantage_point() -> None:
    elsewhere, seen = world()
    for bad in (seen["r2"], seen["r3"]):
        bad.codes[4:7] = bad.codes[:0]
        for n in (4, 5, 6):
            insort(bad.codes, code_of(10 * n + 1, Vote.BAD))
    assert elsewhere.expected([(seen["r1"], [SLOT])], LONG_AFTER).tolist() == [[1.0, 0.0, 0.0]]
    elsewhere.independence = Independence([("r1", "r2"), ()])
    assert elsewhere.expected([(seen["r1"], [SLOT])], LONG_AFTER).tolist() == [[1.0, 1.0, 0.0]]
