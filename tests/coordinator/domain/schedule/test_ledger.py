"""What was ordered, what came back, and the gaps between."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Check
from coordinator.domain.schedule.ledger import Gap, GapReason, Ledger
from coordinator.domain.schedule.schedule import Due, Span
from worker.contract.standing.schedule import phase

CHECK = Check("api", "claude", "c", "http", 10_000, 2_000, ("eu-west",))
PATIENCE_MS = 15_000


def look(slot: int) -> Due:
    return Due(CHECK, "eu-west", slot, at(slot))


def at(slot: int) -> int:
    return slot * CHECK.interval_ms + phase("api", "eu-west", CHECK.interval_ms)


def gap(first: int, last: int, reason: GapReason) -> Gap:
    return Gap("api", "claude", "eu-west", first, last, at(first), at(last), reason)


def test_a_look_that_came_back_is_no_gap() -> None:
    ledger = Ledger()
    ledger.issue([look(1)])
    ledger.settle("api", "eu-west", 1)
    assert ledger.sweep(at(100)) == []


def test_a_look_that_never_came_back_is_a_gap_when_its_time_is_over() -> None:
    ledger = Ledger()
    ledger.issue([look(1)])
    assert ledger.sweep(at(1) + PATIENCE_MS - 1) == []
    assert ledger.sweep(at(1) + PATIENCE_MS) == [gap(1, 1, GapReason.NO_RESULT)]
    assert len(ledger) == 0


def test_a_slow_check_gets_its_timeout_and_interval() -> None:
    slow = Check("slow", "s", "c", "http", 60_000, 30_000, ("eu-west",))
    ledger = Ledger()
    ledger.issue([Due(slow, "eu-west", 1, 60_000)])
    assert ledger.sweep(149_999) == []
    assert len(ledger.sweep(150_000)) == 1


def test_a_gap_is_told_once() -> None:
    ledger = Ledger()
    ledger.issue([look(1)])
    assert len(ledger.sweep(at(10))) == 1
    assert ledger.sweep(at(20)) == []


def test_slots_that_follow_each_other_make_one_gap() -> None:
    ledger = Ledger()
    ledger.miss([look(1)], GapReason.NO_WORKER)
    assert ledger.sweep(0) == [gap(1, 1, GapReason.NO_WORKER)]
    ledger.miss([look(2)], GapReason.NO_WORKER)
    ledger.miss([look(3)], GapReason.NO_WORKER)
    assert ledger.sweep(0) == [gap(1, 3, GapReason.NO_WORKER)]


def test_another_reason_or_a_slot_between_makes_another_gap() -> None:
    ledger = Ledger()
    ledger.miss([look(1)], GapReason.NO_WORKER)
    ledger.miss([look(2)], GapReason.PAUSED)
    ledger.miss([look(4)], GapReason.PAUSED)
    assert ledger.sweep(0) == [
        gap(1, 1, GapReason.NO_WORKER),
        gap(2, 2, GapReason.PAUSED),
        gap(4, 4, GapReason.PAUSED),
    ]


def test_an_order_that_is_known_to_be_lost_is_a_gap_at_once_and_only_once() -> None:
    ledger = Ledger()
    ledger.issue([look(1)])
    ledger.miss([look(1)], GapReason.PAUSED)
    assert ledger.sweep(at(1)) == [gap(1, 1, GapReason.PAUSED)]
    assert ledger.sweep(at(100)) == []


def test_a_look_whose_order_seemed_lost_and_that_came_back_is_no_gap() -> None:
    ledger = Ledger()
    ledger.issue([look(1), look(2)])
    ledger.settle("api", "eu-west", 1)
    ledger.lose([look(1), look(2)])
    assert ledger.sweep(at(100)) == [gap(2, 2, GapReason.NO_BROKER)]


def test_what_comes_when_nobody_waits_any_more_is_told_once_to_be_taken_out_of_its_gap() -> None:
    ledger = Ledger()
    ledger.issue([look(1), look(2)])
    ledger.settle("api", "eu-west", 2)
    assert len(ledger.sweep(at(10))) == 1
    ledger.settle("api", "eu-west", 1)
    assert ledger.take_late() == {("api", "eu-west"): {1}}
    assert ledger.take_late() == {}


def test_a_gap_that_was_cut_grows_no_more() -> None:
    ledger = Ledger()
    ledger.miss([look(1), look(2)], GapReason.NO_WORKER)
    ledger.settle("api", "eu-west", 1)
    ledger.miss([look(3)], GapReason.NO_WORKER)
    assert ledger.sweep(0) == [gap(1, 2, GapReason.NO_WORKER), gap(3, 3, GapReason.NO_WORKER)]


def test_a_pause_is_declared_after_what_was_on_its_way_had_time_to_arrive() -> None:
    ledger = Ledger()
    ledger.pause([Span(CHECK, "eu-west", 5, 9)], now=at(10))
    assert ledger.sweep(at(10) + PATIENCE_MS - 1) == []
    assert ledger.sweep(at(10) + PATIENCE_MS) == [gap(5, 9, GapReason.PAUSED)]


def test_results_from_before_a_crash_shorten_the_pause() -> None:
    ledger = Ledger()
    ledger.pause([Span(CHECK, "eu-west", 5, 9)], now=at(10))
    ledger.settle("api", "eu-west", 5)
    ledger.settle("api", "eu-west", 6)
    ledger.settle("api", "eu-west", 10)
    assert ledger.sweep(at(20)) == [gap(7, 9, GapReason.PAUSED)]


def test_a_pause_whose_looks_all_arrived_is_none() -> None:
    ledger = Ledger()
    ledger.pause([Span(CHECK, "eu-west", 5, 5)], now=at(6))
    ledger.settle("api", "eu-west", 5)
    assert ledger.sweep(at(20)) == []


def test_a_second_pause_ends_the_first() -> None:
    ledger = Ledger()
    ledger.pause([Span(CHECK, "eu-west", 5, 6)], now=at(6))
    ledger.pause([Span(CHECK, "eu-west", 8, 9)], now=at(7))
    assert ledger.sweep(at(100)) == [gap(5, 6, GapReason.PAUSED), gap(8, 9, GapReason.PAUSED)]


def test_repeats_and_results_that_nobody_ordered_do_no_harm() -> None:
    ledger = Ledger()
    ledger.settle("api", "eu-west", 1)
    ledger.issue([look(2)])
    ledger.settle("api", "eu-west", 2)
    ledger.settle("api", "eu-west", 2)
    assert ledger.sweep(at(100)) == []


@given(st.integers(1, 12), st.lists(st.integers(-2, 14)))
def test_every_slot_of_a_pause_is_a_look_or_in_one_gap(count: int, arrived: list[int]) -> None:
    ledger = Ledger()
    ledger.pause([Span(CHECK, "eu-west", 1, count)], now=0)
    for slot in arrived:
        ledger.settle("api", "eu-west", slot)
    gaps = ledger.sweep(PATIENCE_MS)
    missing = [slot for one in gaps for slot in range(one.first_slot, one.last_slot + 1)]
    assert sorted(missing) == sorted(set(range(1, count + 1)) - set(arrived))
