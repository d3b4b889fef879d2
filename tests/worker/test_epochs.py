"""Whose orders a worker obeys when two coordinators order."""

from hypothesis import given
from hypothesis import strategies as st

from worker.orders import STANDS_S, Epochs

EPOCHS = st.integers(min_value=0, max_value=2**50)


def test_an_order_of_an_earlier_epoch_is_refused_while_a_later_one_orders() -> None:
    epochs = Epochs()
    assert epochs.obeys(7, 0.0)
    assert epochs.obeys(9, 1.0)
    assert not epochs.obeys(7, 2.0)
    assert epochs.obeys(9, 3.0)


def test_after_a_silence_an_earlier_epoch_is_obeyed_for_its_database_may_be_restored() -> None:
    epochs = Epochs()
    assert epochs.obeys(9, 0.0)
    assert not epochs.obeys(7, STANDS_S - 1)
    assert epochs.obeys(7, STANDS_S + 1)
    assert epochs.obeys(7, STANDS_S + 2)


@given(st.lists(EPOCHS))
def test_within_a_minute_the_epochs_that_are_obeyed_never_fall(told: list[int]) -> None:
    epochs = Epochs()
    obeyed = [epoch for epoch in told if epochs.obeys(epoch, 1.0)]
    assert obeyed == sorted(obeyed)
