from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.look import LATE, REASON_MASK, SLOW, Vote, at_of, vote_in, worker_of
from coordinator.domain.rules import Rules
from coordinator.domain.sheet import BUCKETS_AT_MOST, Frame, Sheet, fill, frame_of
from coordinator.domain.track import LONGEST_AGO, Track
from coordinator.domain.vantage import Vantage
from tests.coordinator.domain.handmade import RULES, START, at, check_of, code_of, frame, track_of, vantage_of
from worker.contract.outcome import Reason

ONE = frame(1, 1)
"""Two minutes of ten seconds."""
NOW = at(119)
WELL = {"r1": [vantage_of(heard=119, answered=119)]}


def sheet(
    codes: Sequence[int], fleet: Mapping[str, Sequence[Vantage]] = WELL, *, late_alarms: bool = True, now: int = NOW
) -> Sheet:
    """The sheet of one cell."""
    return fill(ONE, [track_of(check_of(), "r1", codes)], [0], fleet, now, RULES, late_alarms=late_alarms)


def test_looks_are_counted_in_the_bucket_of_their_time() -> None:
    found = sheet([code_of(0), code_of(9.999), code_of(10), code_of(119, Vote.BAD)])
    assert found.begin == at(0)
    good = found.good.reshape(-1)
    assert good.tolist() == pytest.approx([2 / 1.1, 1, *[0] * 10])
    assert found.bad.reshape(-1).tolist() == [0] * 11 + [1]
    assert found.newest.tolist() == [[at(119)]]


def test_looks_before_the_window_are_left_out() -> None:
    later = sheet([code_of(0), code_of(9), code_of(10)], now=at(120))
    assert later.good.sum() == 1
    assert later.looks.at.tolist() == [at(10)]


def test_looks_that_abstain_are_left_out() -> None:
    found = sheet([code_of(5, Vote.ABSTAINS, reason=Reason.UNAUTHORIZED)])
    assert (len(found.looks.at), found.newest.tolist(), found.waiting) == (0, [[LONGEST_AGO]], False)


@pytest.mark.parametrize("together", [1, 2, 4])
def test_looks_of_one_slot_count_as_fewer_because_they_share_their_fate(together: int) -> None:
    found = sheet([code_of(30 + n) for n in range(together)])
    assert found.good.sum() == pytest.approx(together / (1 + 0.1 * (together - 1)))


def test_looks_of_two_slots_or_of_two_checks_share_nothing() -> None:
    one, other = check_of(), check_of("claude-c2")
    tracks = [track_of(one, "r1", [code_of(9), code_of(10)]), track_of(other, "r1", [code_of(9)])]
    found = fill(ONE, tracks, [0, 0], WELL, NOW, RULES, late_alarms=True)
    assert found.good.reshape(-1)[:2].tolist() == [2, 1]


def test_a_slow_look_is_a_good_one_that_is_noted_as_slow() -> None:
    found = sheet([code_of(5, slow=True), code_of(15, Vote.BAD, slow=True), code_of(25)])
    assert [found.good.sum(), found.bad.sum(), found.slow.sum()] == [2, 1, 1]


def test_late_looks_count_only_where_they_correct_what_is_known() -> None:
    codes = [code_of(5, Vote.BAD, late=True), code_of(15, late=True), code_of(25, Vote.BAD)]
    quiet, open_incident = sheet(codes, late_alarms=False), sheet(codes, late_alarms=True)
    assert [quiet.good.sum(), quiet.bad.sum()] == [0, 1]
    assert [open_incident.good.sum(), open_incident.bad.sum()] == [1, 2]
    assert open_incident.looks.late.tolist() == [True, True, False]


def test_what_an_unfit_worker_saw_is_set_aside_for_good_or_ill() -> None:
    worker = vantage_of(heard=119, answered=119)
    worker.fall_ill(at(20))
    worker.recover(at(40))
    worker.fall_ill(at(80))
    codes = [code_of(t, vote) for t in (15, 20, 39, 40, 75, 80, 110) for vote in (Vote.GOOD, Vote.BAD)]
    ill = [code | 1 << 8 for code in codes]  # the same by another worker, who is well
    fleet = {"r1": [worker, vantage_of(number=1, heard=119, answered=119)]}
    counted = sheet(codes, fleet).looks.at.tolist()
    assert counted == [at(t) for t in (15, 40, 75)]
    assert len(sheet(ill, fleet).looks.at) == 7


def test_a_failure_waits_until_something_answered_its_worker() -> None:
    codes = [code_of(50, Vote.BAD), code_of(60, Vote.BAD), code_of(61)]
    found = sheet(codes, {"r1": [vantage_of(heard=61, answered=55)]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 1, True)
    assert not sheet(codes, {"r1": [vantage_of(heard=61, answered=60)]}).waiting


def test_a_failure_of_a_worker_in_doubt_waits_but_its_good_looks_count() -> None:
    worker = vantage_of(heard=119, answered=119)
    worker.doubted_since = at(50)
    found = sheet([code_of(49, Vote.BAD), code_of(50, Vote.BAD), code_of(60)], {"r1": [worker]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 1, True)


def test_looks_of_a_worker_that_is_forgotten_do_not_count() -> None:
    codes = [code_of(50, Vote.BAD), code_of(50, Vote.BAD, worker=1), code_of(60, worker=2)]
    found = sheet(codes, {"r1": [vantage_of(number=1, heard=119, answered=119)]})
    assert (found.bad.sum(), found.good.sum(), found.waiting) == (1, 0, False)
    assert sheet(codes, {}).bad.sum() == 0


def test_extra_looks_count_the_rounds_of_their_bucket_and_region() -> None:
    found = sheet(
        [
            code_of(5),
            code_of(6, attempt=2),
            code_of(7, attempt=1),
            code_of(15),
            code_of(21, attempt=3),
            code_of(26, attempt=9),
        ]
    )
    assert found.rounds.reshape(-1)[:4].tolist() == [1, 0, 2, 0], "those of one moment are one round"


def test_how_full_a_bucket_is_is_told_by_the_fullest() -> None:
    both = {"r1": [*WELL["r1"], vantage_of(number=1, heard=119, answered=119)]}
    full = sheet([code_of(5), code_of(15), code_of(25), code_of(15.1, Vote.BAD, worker=1)], both)
    assert full.filled.tolist()[:4] == pytest.approx([0.55, 1, 0.55, 0])


def test_a_sheet_of_nothing_is_empty() -> None:
    found = sheet([])
    assert (found.good.sum(), found.bad.sum(), found.waiting) == (0, 0, False)
    assert found.filled.tolist() == [0] * ONE.buckets


intervals = st.lists(st.integers(10_000, 300_000), min_size=1, max_size=4)


@settings(max_examples=100)
@given(intervals, st.integers(START, START + 10**8))
def test_a_frame_reaches_far_enough_in_few_buckets(intervals_ms: list[int], now: int) -> None:
    found = frame_of(("c1",), ("r1",), intervals_ms, RULES)
    quickest, slowest = min(intervals_ms), max(intervals_ms)
    assert 1 <= found.buckets <= BUCKETS_AT_MOST
    assert found.bucket_ms >= quickest
    assert found.window_ms >= 20 * quickest
    assert found.window_ms >= 6 * slowest
    assert found.window_ms >= min(RULES.window_ms, 64 * quickest)
    assert found.begin(now) % found.bucket_ms == 0
    assert found.begin(now) + found.window_ms - found.bucket_ms <= now < found.begin(now) + found.window_ms


@pytest.mark.parametrize(
    ("intervals_ms", "bucket_s", "buckets"),
    [
        ([10_000], 10, 60),
        ([30_000], 30, 20),
        ([60_000], 60, 20),
        ([300_000], 300, 20),
        ([10_000, 300_000], 28.125, 64),
        ([60_000, 300_000], 60, 30),
        ([2_000], 2, 64),
        ([], 1, 64),
    ],
)
def test_a_bucket_is_an_interval_of_the_quickest_check_where_the_slowest_allows_it(
    intervals_ms: list[int], bucket_s: float, buckets: int
) -> None:
    found = frame_of((), (), intervals_ms, RULES)
    assert (found.bucket_ms / 1000, found.buckets) == (bucket_s, buckets)


def slowly(
    axes: Frame,
    tracks: Sequence[Track],
    cells: Sequence[int],
    fleet: Mapping[str, Sequence[Vantage]],
    now: int,
    rules: Rules,
    *,
    late_alarms: bool,
) -> tuple[dict[tuple[int, int, int], float], ...]:
    """What a sheet holds, look by look, in plain Python: good, bad, slow, newest, rounds; and who waits."""
    begin = (now // axes.bucket_ms - axes.buckets + 1) * axes.bucket_ms
    counted, waiting = [], False
    for place, track in enumerate(tracks):
        for code in track.codes:
            moment, vote = at_of(code), vote_in(code)
            bad = vote == Vote.BAD
            if moment < begin or vote == Vote.ABSTAINS or (code & LATE and not late_alarms):
                continue
            region = axes.regions[cells[place] % len(axes.regions)]
            worker = next((v for v in fleet.get(region, ()) if v.number == worker_of(code)), None)
            if worker is None or worker.sets_aside(moment):
                continue
            if bad and not worker.vouches_for(moment):
                waiting = True
                continue
            counted.append((place, code))
    together = Counter((place, at_of(code) // tracks[place].check.interval_ms) for place, code in counted)
    good, bads, slow, newest, moments = Counter(), Counter(), Counter(), {}, set()
    for place, code in counted:
        moment = at_of(code)
        row, column = divmod(cells[place], len(axes.regions))
        bucket = min((moment - begin) // axes.bucket_ms, axes.buckets - 1)
        weight = 1 / (1 + rules.fate_share * (together[place, moment // tracks[place].check.interval_ms] - 1))
        key = (bucket, row, column)
        (bads if vote_in(code) == Vote.BAD else good)[key] += weight
        if code & SLOW and vote_in(code) == Vote.GOOD:
            slow[key] += weight
        newest[row, column] = max(moment, newest.get((row, column), LONGEST_AGO))
        if code >> 19 & 15:
            moments.add((bucket, column, moment // 5_000))
    rounds = Counter((bucket, column) for bucket, column, _ in moments)
    looks = sorted((at_of(c), cells[p], vote_in(c) == Vote.BAD, bool(c & LATE), c & REASON_MASK) for p, c in counted)
    return good, bads, slow, newest, rounds, looks, waiting


def dense(shape: tuple[int, ...], found: Mapping[tuple[int, ...], float], default: float = 0.0) -> np.ndarray:
    array = np.full(shape, default)
    for key, value in found.items():
        array[key] = value
    return array


def a_world(seed: int) -> tuple[Frame, list[Track], list[int], dict[str, list[Vantage]]]:
    """Random looks of random workers at a few checks of mixed intervals, two of them of one component."""
    random = Random(seed)
    regions = [f"r{n}" for n in range(1, random.randint(1, 3) + 1)]
    checks = [
        replace(check_of(f"claude-{name}", regions, random.choice([5_000, 10_000, 30_000])), id=f"{name}{n}")
        for n, name in enumerate(random.choice([["c1"], ["c1", "c1", "c2"], ["c1", "c2", "c3"]]))
    ]
    components = sorted({check.component for check in checks})
    axes = frame_of(components, regions, [check.interval_ms for check in checks], replace(RULES, window_ms=100_000))
    tracks, cells = [], []
    for check in checks:
        for column, region in enumerate(regions):
            codes = [
                code_of(
                    random.uniform(0, 300),
                    random.choice([Vote.GOOD, Vote.GOOD, Vote.BAD, Vote.ABSTAINS]),
                    worker=random.randint(0, 3),
                    attempt=random.choice([0, 0, 1, 2]),
                    late=random.random() < 0.2,
                    slow=random.random() < 0.2,
                )
                for _ in range(random.randint(0, 40))
            ]
            tracks.append(track_of(check, region, codes))
            cells.append(components.index(check.component) * len(regions) + column)
    fleet = {region: [_a_worker(random, region, n) for n in range(random.randint(0, 3))] for region in regions}
    return axes, tracks, cells, fleet


def _a_worker(random: Random, region: str, number: int) -> Vantage:
    worker = vantage_of(region, number, heard=300, answered=random.choice([None, 100, 250, 300]))
    worker.doubted_since = random.choice([None, None, at(200)])
    for _ in range(random.randint(0, 2)):
        begins = random.randint(0, 300)
        worker.fall_ill(at(begins))
        worker.recover(at(begins + random.randint(0, 60)))
    if random.random() < 0.3:
        worker.fall_ill(at(random.randint(200, 300)))
    return worker


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(100, 320), st.booleans())
def test_a_sheet_equals_one_that_is_filled_look_by_look(seed: int, seconds: int, late_alarms: bool) -> None:
    axes, tracks, cells, fleet = a_world(seed)
    found = fill(axes, tracks, cells, fleet, at(seconds), RULES, late_alarms=late_alarms)
    expected = slowly(axes, tracks, cells, fleet, at(seconds), RULES, late_alarms=late_alarms)
    good, bad, slow, newest, rounds, looks, waiting = expected
    shape = (axes.buckets, len(axes.components), len(axes.regions))
    for told, plain in ((found.good, good), (found.bad, bad), (found.slow, slow)):
        np.testing.assert_allclose(told, dense(shape, plain))
    np.testing.assert_array_equal(found.newest, dense(shape[1:], newest, LONGEST_AGO))
    np.testing.assert_array_equal(found.rounds, dense((shape[0], shape[2]), rounds))
    told_looks = zip(*(column.tolist() for column in _columns(found)), strict=True)
    assert sorted(told_looks) == looks
    assert found.waiting == waiting
    assert found.begin == axes.begin(at(seconds))


def _columns(found: Sheet) -> tuple[np.ndarray, ...]:
    looks = found.looks
    return looks.at, looks.cell, looks.bad, looks.late, looks.reason
