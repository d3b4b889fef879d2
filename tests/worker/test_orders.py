"""Reading orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.coordinator import check
from worker.contract.message import Order
from worker.contract.outcome import Reason
from worker.orders import OrderError, due_looks, read_order, wait_ms

NOW = 1_772_375_527_000
SPEC = check("web", "tcp", interval_ms=30_000, host="example.com", port=443)


def order(*looks: tuple[int, int, int, int], checks: tuple[str, ...] = (SPEC,)) -> Order:
    return Order(order="o", region="eu-west", issued_at=NOW, checks=checks, looks=looks)


def test_each_look_waits_for_its_own_due_moment() -> None:
    looks, refused = due_looks(order((0, 1, 0, NOW + 400), (0, 2, 1, NOW + 900)), NOW + 100)
    assert [(look.slot, look.attempt, look.wait_s) for look in looks] == [(1, 0, 0.3), (2, 1, 0.8)]
    assert refused == 0


@given(st.integers(), st.integers(), st.integers())
def test_no_clock_makes_a_look_wait_longer_than_the_order_meant(
    scheduled: int, issued: int, at: int
) -> None:
    assert 0 <= wait_ms(scheduled, issued, at) <= max(0, scheduled - issued)


def test_a_look_more_than_one_interval_late_is_late_and_our_own_fault() -> None:
    looks, _ = due_looks(order((0, 1, 0, NOW)), NOW)
    assert looks[0].obstacle(NOW + 30_000) is None
    late = looks[0].obstacle(NOW + 30_001)
    assert late is not None
    assert (late.reason, late.blame) == (Reason.LATE, "prober")


def test_a_check_that_cannot_be_read_is_an_obstacle_when_it_has_an_id_and_refused_when_not() -> (
    None
):
    looks, refused = due_looks(
        order((0, 1, 0, NOW), (1, 1, 0, NOW), (2, 1, 0, NOW), checks=('{"id":"x"}', "nonsense")),
        NOW,
    )
    assert [look.check for look in looks] == ["x"]
    assert refused == 2
    fault = looks[0].obstacle(NOW)
    assert fault is not None
    assert (fault.reason, fault.blame) == (Reason.INTERNAL, "prober")
    assert fault.detail


@pytest.mark.parametrize(
    "message",
    [
        None,
        7,
        "text",
        [],
        {},
        {"v": 2, "order": "o", "region": "r", "issued_at": 1, "checks": [], "looks": []},
    ],
)
def test_what_is_no_order_of_this_version_is_refused_with_a_sentence(message: object) -> None:
    with pytest.raises(OrderError, match=r"\w+: .+"):
        read_order(message)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(
    json_values
    | st.fixed_dictionaries(
        {
            "v": st.just(1),
            "order": st.text(),
            "region": st.text(),
            "issued_at": json_values,
            "checks": st.lists(st.text() | st.just(SPEC)),
            "looks": st.lists(st.lists(st.integers(), min_size=4, max_size=4)),
        }
    )
)
def test_nothing_that_json_can_say_breaks_the_reader(message: object) -> None:
    try:
        found = read_order(message)
    except OrderError:
        return
    looks, refused = due_looks(found, NOW)
    assert len(looks) + refused == len(found.looks)
