"""A grid equals one that is filled look by look, in plain Python."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Axes, axes_of
from coordinator.domain.window.baseline import FAR, NATS_OF_LEVEL
from coordinator.domain.window.grid import CountGrid, fill
from coordinator.domain.window.look import (
    LATE,
    REASON_CODE,
    REASON_MASK,
    SLOW,
    Vote,
    at_of,
    vote_in,
    worker_of,
)
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from tests.coordinator.domain.handmade import RULES, at, check_of, code_of, series_of, vantage_of
from worker.contract.outcome import Reason


def slowly(
    axes: Axes,
    all_series: Sequence[Series],
    cells: Sequence[int],
    fleet: Mapping[str, Sequence[Vantage]],
    now: int,
    rules: Rules,
    *,
    late_alarms: bool,
) -> tuple[dict[tuple[int, int, int], float], ...]:
    """What a grid holds, look by look, in plain Python: good, bad, slow, newest, rounds; and who
    waits.
    """
    begin = (now // axes.bucket_ms - axes.buckets + 1) * axes.bucket_ms
    counted, waiting = [], False
    for place, series in enumerate(all_series):
        for code in series.codes:
            moment, vote = at_of(code), vote_in(code)
            bad = vote == Vote.BAD
            if moment < begin or vote == Vote.ABSTAINS or (code & LATE and not late_alarms):
                continue
            region = axes.regions[cells[place] % len(axes.regions)]
            worker = next((v for v in fleet.get(region, ()) if v.number == worker_of(code)), None)
            if worker is None or worker.excludes(moment):
                continue
            if bad and not worker.vouches_for(moment):
                waiting = True
                continue
            counted.append((place, code))
    together = Counter(
        (place, at_of(code) // all_series[place].check.interval_ms) for place, code in counted
    )
    good, bads, slow, newest, moments = Counter(), Counter(), Counter(), {}, set()
    longer, far = Counter(), Counter()
    for place, code in counted:
        moment = at_of(code)
        row, column = divmod(cells[place], len(axes.regions))
        bucket = min((moment - begin) // axes.bucket_ms, axes.buckets - 1)
        weight = 1 / (
            1
            + rules.fate_share
            * (together[place, moment // all_series[place].check.interval_ms] - 1)
        )
        key = (bucket, row, column)
        (bads if vote_in(code) == Vote.BAD else good)[key] += weight
        if code & SLOW and vote_in(code) == Vote.GOOD:
            slow[key] += weight
        if vote_in(code) == Vote.GOOD:
            longer[key] += weight * NATS_OF_LEVEL[code & REASON_MASK]
            far[key] += weight * (code & REASON_MASK == FAR)
        newest[row, column] = max(moment, newest.get((row, column), LONGEST_AGO))
        if code >> 19 & 15:
            moments.add((bucket, column, moment // 5_000))
    rounds = Counter((bucket, column) for bucket, column, _ in moments)
    looks = sorted(
        (at_of(c), cells[p], vote_in(c) == Vote.BAD, bool(c & LATE), _reason(c)) for p, c in counted
    )
    return good, bads, slow, longer, far, newest, rounds, looks, waiting


def _reason(code: int) -> int:
    """That of a failure; a good look has none but for being slow."""
    if vote_in(code) == Vote.BAD:
        return code & REASON_MASK
    return REASON_CODE[Reason.SLOW] if code & SLOW else REASON_CODE[Reason.OK]


def dense(
    shape: tuple[int, ...], found: Mapping[tuple[int, ...], float], default: float = 0.0
) -> np.ndarray:
    array = np.full(shape, default)
    for key, value in found.items():
        array[key] = value
    return array


def a_world(seed: int) -> tuple[Axes, list[Series], list[int], dict[str, list[Vantage]]]:
    """Random looks of random workers at a few checks of mixed intervals, two of them of one
    component.
    """
    random = Random(seed)
    regions = [f"r{n}" for n in range(1, random.randint(1, 3) + 1)]
    checks = [
        replace(
            check_of(f"claude-{name}", regions, random.choice([5_000, 10_000, 30_000])),
            id=f"{name}{n}",
        )
        for n, name in enumerate(random.choice([["c1"], ["c1", "c1", "c2"], ["c1", "c2", "c3"]]))
    ]
    components = sorted({check.component for check in checks})
    axes = axes_of(
        components,
        regions,
        [check.interval_ms for check in checks],
        replace(RULES, window_ms=100_000),
    )
    all_series, cells = [], []
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
            all_series.append(series_of(check, region, codes))
            cells.append(components.index(check.component) * len(regions) + column)
    fleet = {
        region: [_a_worker(random, region, n) for n in range(random.randint(0, 3))]
        for region in regions
    }
    return axes, all_series, cells, fleet


def _a_worker(random: Random, region: str, number: int) -> Vantage:
    worker = vantage_of(region, number, heard=300, answered=random.choice([None, 100, 250, 300]))
    worker.doubted_since = random.choice([None, None, at(200)])
    for _ in range(random.randint(0, 2)):
        begins = random.randint(0, 300)
        worker.become_unfit(at(begins))
        worker.recover(at(begins + random.randint(0, 60)))
    if random.random() < 0.3:
        worker.become_unfit(at(random.randint(200, 300)))
    return worker


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(100, 320), st.booleans())
def test_a_grid_equals_one_that_is_filled_look_by_look(
    seed: int, seconds: int, late_alarms: bool
) -> None:
    axes, all_series, cells, fleet = a_world(seed)
    found = fill(axes, all_series, cells, fleet, at(seconds), RULES, late_alarms=late_alarms)
    expected = slowly(axes, all_series, cells, fleet, at(seconds), RULES, late_alarms=late_alarms)
    good, bad, slow, longer, far, newest, rounds, looks, waiting = expected
    shape = (axes.buckets, len(axes.components), len(axes.regions))
    for told, plain in (
        (found.good, good),
        (found.bad, bad),
        (found.slow, slow),
        (found.longer, longer),
        (found.far, far),
    ):
        np.testing.assert_allclose(told, dense(shape, plain))
    np.testing.assert_array_equal(found.newest, dense(shape[1:], newest, LONGEST_AGO))
    np.testing.assert_array_equal(found.rounds, dense((shape[0], shape[2]), rounds))
    told_looks = zip(*(column.tolist() for column in _columns(found)), strict=True)
    assert sorted(told_looks) == looks
    assert found.waiting == waiting
    assert found.begin == axes.begin(at(seconds))


def _columns(found: CountGrid) -> tuple[np.ndarray, ...]:
    looks = found.looks
    return looks.at, looks.cell, looks.bad, looks.late, looks.reason
