"""When reports are sent and sent again."""

from hypothesis import given
from hypothesis import strategies as st

from worker.reporting.delivery import BACKLOG_WINDOW, BEATS, PATIENCE_S, Delivery
from worker.reporting.outbox import Key


def key(seq: int, boot: str = "b") -> Key:
    return Key(boot, seq)


def send_all(delivery: Delivery, at_s: float) -> list[Key]:
    sent = []
    while (found := delivery.next()) is not None:
        delivery.sent(found, at_s)
        sent.append(found)
    return sent


def test_what_an_earlier_boot_left_is_sent_first_and_everything_in_order() -> None:
    delivery = Delivery([key(7, "a"), key(3, "a")])
    delivery.add(key(0))
    assert send_all(delivery, 0) == [key(3, "a"), key(7, "a"), key(0)]


def test_a_backlog_is_sent_in_order_behind_the_present_and_as_fast_as_it_is_receipted() -> None:
    late = [key(seq, "a") for seq in range(5)]
    delivery = Delivery(late=late)
    delivery.add(key(0))
    assert send_all(delivery, 0) == [key(0), *late[:BACKLOG_WINDOW]]
    delivery.add(key(1))
    assert send_all(delivery, 0) == [key(1)]
    delivery.receipted([late[0]], 0)
    assert send_all(delivery, 0) == [late[2]]
    delivery.receipted(late[1:3], 0)
    assert send_all(delivery, 0) == late[3:]


def test_a_report_of_a_backlog_that_was_lost_is_sent_again() -> None:
    delivery = Delivery(late=[key(0, "a"), key(1, "a")])
    send_all(delivery, 0)
    delivery.add(key(0))
    send_all(delivery, 1)
    lost = delivery.receipted([key(0)], 1 + PATIENCE_S)
    assert lost == [key(0, "a"), key(1, "a")]
    assert send_all(delivery, 2 + PATIENCE_S) == lost
    delivery.receipted(lost, 3 + PATIENCE_S)
    assert delivery.next() is None


def test_without_receipts_nothing_is_sent_again() -> None:
    delivery = Delivery()
    delivery.add(key(0))
    send_all(delivery, 0)
    assert delivery.receipted([], 1e6) == []
    assert delivery.next() is None


def test_an_overtaken_report_is_sent_again_after_the_patience() -> None:
    delivery = Delivery()
    for seq in range(3):
        delivery.add(key(seq))
    send_all(delivery, 0)
    assert delivery.receipted([key(1)], PATIENCE_S - 1) == []
    delivery.add(key(3))
    send_all(delivery, PATIENCE_S)
    assert delivery.receipted([key(3)], PATIENCE_S + 0.1) == [key(0), key(2)]
    assert send_all(delivery, PATIENCE_S + 0.2) == [key(0), key(2)]


def test_the_receipt_of_a_heartbeat_tells_what_was_lost_before_it() -> None:
    delivery = Delivery()
    delivery.add(key(0))
    send_all(delivery, 0)
    delivery.beaten(key(1))
    assert delivery.receipted([key(1)], PATIENCE_S) == [key(0)]


def test_a_report_sent_again_is_not_lost_by_an_older_receipt() -> None:
    delivery = Delivery()
    delivery.add(key(0))
    send_all(delivery, 0)
    delivery.beaten(key(1))
    delivery.beaten(key(2))
    assert delivery.receipted([key(1)], PATIENCE_S) == [key(0)]
    send_all(delivery, PATIENCE_S)
    assert delivery.receipted([key(2)], 3 * PATIENCE_S) == []


def test_a_report_whose_receipt_was_late_is_not_sent_again() -> None:
    delivery = Delivery([key(0)])
    assert delivery.receipted([key(0)], 1) == []
    assert delivery.next() is None


def test_receipts_that_repeat_or_name_strangers_do_no_harm() -> None:
    delivery = Delivery([key(0)])
    send_all(delivery, 0)
    for _ in range(2):
        assert delivery.receipted([key(0), key(99, "stranger")], 100) == []
    assert delivery.next() is None


def test_only_so_many_are_on_their_way_at_once() -> None:
    delivery = Delivery([key(seq) for seq in range(10)], window=4)
    assert len(send_all(delivery, 0)) == 4
    delivery.receipted([key(0)], 1)
    assert send_all(delivery, 1) == [key(4)]


def test_a_window_full_of_lost_reports_is_freed_by_a_heartbeat() -> None:
    delivery = Delivery([key(seq) for seq in range(10)], window=4)
    send_all(delivery, 0)
    delivery.beaten(key(10))
    assert len(delivery.receipted([key(10)], PATIENCE_S)) == 4
    assert send_all(delivery, PATIENCE_S) == [key(seq) for seq in range(4)]


def test_heartbeats_without_receipts_are_forgotten_in_time() -> None:
    delivery = Delivery()
    for seq in range(BEATS * 3):
        delivery.beaten(key(seq))
    assert len(delivery._beats) == BEATS


def test_a_receipt_that_is_faster_than_the_word_of_sending_ends_the_report() -> None:
    delivery = Delivery()
    delivery.add(key(0))
    delivery.receipted([key(0)], at_s=0.0)
    delivery.sent(key(0), at_s=0.0)
    delivery.beaten(key(1))
    assert delivery.receipted([key(1)], at_s=PATIENCE_S + 1) == []
    assert delivery.next() is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "send", "crash", "receipt"]), st.integers(0, 20)),
        max_size=60,
    )
)
def test_after_any_losses_everything_arrives_in_the_end(steps: list[tuple[str, int]]) -> None:
    """The broker is a queue that a crash empties; the coordinator receipts what it takes from
    it.
    """
    delivery, broker, stored, made, at_s = Delivery(), [], set(), 0, 0.0

    def receipt(count: int) -> None:
        taken, broker[:] = broker[:count], broker[count:]
        stored.update(taken)
        delivery.receipted(taken, at_s)

    for act, number in steps:
        at_s += 1
        if act == "add":
            delivery.add(key(made))
            made += 1
        elif act == "send":
            broker.extend(send_all(delivery, at_s))
        elif act == "crash":
            broker.clear()
        else:
            receipt(number)
    for _ in range(3):
        at_s += PATIENCE_S
        broker.extend(send_all(delivery, at_s))
        beat = key(10_000 + int(at_s))
        delivery.beaten(beat)
        broker.append(beat)
        receipt(len(broker))
    assert {key(seq) for seq in range(made)} <= stored
    assert delivery.next() is None
