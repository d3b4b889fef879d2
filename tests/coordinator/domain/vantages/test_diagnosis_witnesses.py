"""How often the regions fail about a slot, which is what a worker is measured by."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.vantages.elsewhere import WITNESSES_AT_MOST, failing_about
from coordinator.domain.window.look import Vote, at_of, failed_in, vote_in, worker_of
from coordinator.domain.window.series import Series
from tests.coordinator.domain.handmade import (
    INTERVAL_MS,
    at,
    check_of,
    code_of,
    regions_of,
    series_of,
)


def test_a_region_fails_as_rarely_as_its_best_worker() -> None:
    check = check_of()
    bad = [
        code_of(1, Vote.BAD),
        code_of(2, worker=1),
        code_of(3, Vote.BAD, worker=1),
        code_of(4, worker=1),
    ]
    assert failing_about([([series_of(check, "r1", bad)], [at(0) // INTERVAL_MS])]) == [
        {"r1": pytest.approx(1 / 3)}
    ]


def test_only_looks_of_a_slot_and_of_its_neighbours_tell_of_it() -> None:
    check, slot = check_of(), at(50) // INTERVAL_MS
    moments = {39.9: False, 40: True, 69.9: True, 70: False}
    for moment, tells in moments.items():
        found = failing_about([([series_of(check, "r1", [code_of(moment)])], [slot])])
        assert bool(found[0]) == tells, moment


def test_regions_that_did_not_look_or_abstained_say_nothing() -> None:
    check = check_of()
    silent, abstains = series_of(check, "r1"), series_of(check, "r2", [code_of(1, Vote.ABSTAINS)])
    assert failing_about([([silent, abstains], [at(0) // INTERVAL_MS])]) == [{}]


def test_of_many_regions_enough_are_asked() -> None:
    all_series = [series_of(check_of(), f"r{n}", [code_of(1)]) for n in range(40)]
    (found,) = failing_about([(all_series, [at(0) // INTERVAL_MS])])
    assert len(found) == WITNESSES_AT_MOST + 1, "one of them may be its own"


def plainly(all_series: list[Series], slot: int) -> dict[str, float]:
    """The same, look by look."""
    found: dict[str, float] = {}
    for series in all_series:
        looks, failed = Counter[int](), Counter[int]()
        for code in series.codes:
            is_near = abs(at_of(code) // INTERVAL_MS - slot) <= 1
            if is_near and vote_in(code) != Vote.ABSTAINS and len(found) <= WITNESSES_AT_MOST:
                looks[worker_of(code)] += 1
                failed[worker_of(code)] += failed_in(code)
        if looks:
            found[series.region] = min(failed[one] / count for one, count in looks.items())
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 3, 20]), st.sets(st.integers(-2, 12), min_size=1))
def test_shares_equal_those_counted_look_by_look(seed: int, regions: int, slots: set[int]) -> None:
    random = Random(seed)
    all_series, quick = list[Series](), check_of(interval_ms=INTERVAL_MS // 2)
    for name in regions_of(regions):
        moments = sorted(random.sample(range(120), random.choice([0, 1, 10, 30])))
        votes = random.choices(list(Vote), [6, random.choice([0, 3, 30]), 1], k=len(moments))
        looks = [
            code_of(moment, vote, worker=random.choice([0, 0, 3, 1900]), slow=random.random() < 0.1)
            for moment, vote in zip(moments, votes, strict=True)
        ]
        all_series.append(series_of(check_of(), name, looks))
    wanted = [at(0) // INTERVAL_MS + slot for slot in sorted(slots)]
    other = [series_of(quick, "r9", [code_of(n / 2) for n in range(30)]), all_series[0]]
    told = failing_about([(other[:1], [2 * wanted[0], 2 * wanted[0] + 9]), (all_series, wanted)])
    assert told[2:] == [plainly(all_series, slot) for slot in wanted]
