"""Sketches: percentiles within one percent, and the whole is the sum of its parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.rollups.columns import PHASES
from coordinator.domain.rollups.sketch import (
    ACCURACY,
    counted,
    packed,
    percentiles,
    unpacked,
)

Durations = list[list[float | None]]
MS = st.one_of(st.none(), st.just(0.0), st.floats(1e-3, 1e6))
ROWS = st.lists(st.lists(MS, min_size=5, max_size=5), min_size=1, max_size=40)


def owners(rows: Durations, owner: int = 0) -> np.ndarray:
    return np.full(len(rows), owner, dtype=np.int64)


def sketch(rows: Durations) -> bytes:
    return packed(counted(rows, owners(rows)), 1)[0]


@given(ROWS)
def test_percentiles_are_within_the_accuracy(rows: Durations) -> None:
    (told,) = percentiles(counted(rows, owners(rows)), 1)
    for number, phase in enumerate(PHASES):
        values = [row[number] for row in rows if row[number] is not None]
        if not values:
            assert told[phase] is None
            continue
        exact = np.percentile(values, [50, 95, 99], method="lower")
        assert told[phase] is not None
        assert list(told[phase].values()) == pytest.approx(
            list(exact), rel=ACCURACY * 1.1, abs=1e-9
        )


@given(ROWS, ROWS)
def test_merged_parts_are_the_sketch_of_the_whole_byte_for_byte(
    one: Durations, other: Durations
) -> None:
    parts = unpacked([sketch(one), sketch(other)], np.zeros(2, dtype=np.int64))
    assert packed(parts, 1) == [sketch([*one, *other])] == [sketch([*other, *one])]


@given(ROWS, ROWS)
def test_sketches_side_by_side_are_read_as_one_in_bytes_and_in_hexadecimal(
    one: Durations, other: Durations
) -> None:
    both, whole = sketch(one) + sketch(other), [sketch([*one, *other])]
    assert packed(unpacked([both], np.zeros(1, dtype=np.int64)), 1) == whole
    assert packed(unpacked([both.hex().upper(), ""], np.zeros(2, dtype=np.int64)), 1) == whole


@given(ROWS, ROWS)
def test_owners_are_kept_apart(one: Durations, other: Durations) -> None:
    both = unpacked([sketch(one), sketch(other)], np.array([2, 0]))
    assert packed(both, 4) == [sketch(other), b"", sketch(one), b""]


def test_nothing_measured_is_nothing() -> None:
    assert percentiles(unpacked([], np.empty(0, dtype=np.int64)), 1) == [dict.fromkeys(PHASES)]
    assert packed(unpacked([], np.empty(0, dtype=np.int64)), 2) == [b"", b""]
