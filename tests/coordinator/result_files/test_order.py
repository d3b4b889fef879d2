"""Results come in the order in which they were received, from a buffer that is bounded."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.result_files.order import OutOfOrderError, all_in_order, in_order
from tests.coordinator.result_files.samples import FOUND
from worker.contract.result import Result

BASE = FOUND[0].received_at


def received(*seconds: int) -> list[Result]:
    return [
        FOUND[0]._replace(id=f"{n:03}", received_at=BASE + s * 1000) for n, s in enumerate(seconds)
    ]


def chunks(found: list[Result], size: int) -> list[list[Result]]:
    return [found[n : n + size] for n in range(0, len(found), size)]


def test_what_is_in_order_passes_through_without_being_held() -> None:
    found = received(*range(100))
    given_out = list(in_order(chunks(found, 5), held=10))
    assert list(chain.from_iterable(given_out)) == found
    assert max(map(len, given_out)) <= 20


def test_what_is_out_of_order_by_less_than_the_buffer_is_put_right() -> None:
    found = received(*(n + 9 * (n % 2) for n in range(100)))
    assert list(chain.from_iterable(in_order(chunks(found, 3), held=12))) == all_in_order([found])


def test_what_is_out_of_order_by_more_is_an_error() -> None:
    with pytest.raises(OutOfOrderError):
        list(in_order(chunks(received(*range(100), 1), 5), held=10))


def test_results_of_one_moment_come_by_id() -> None:
    found = received(1, 1, 1)[::-1]
    assert [result.id for result in chain.from_iterable(in_order([found]))] == ["000", "001", "002"]


@given(st.lists(st.integers(0, 30), max_size=80), st.integers(1, 20), st.integers(1, 20))
def test_it_is_the_whole_order_or_an_error(seconds: list[int], size: int, held: int) -> None:
    found = received(*seconds)
    try:
        given_out = list(chain.from_iterable(in_order(chunks(found, size), held=held)))
    except OutOfOrderError:
        return
    assert [result.received_at for result in given_out] == sorted(
        result.received_at for result in found
    )
