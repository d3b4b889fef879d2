"""The watchdog's rules; its deeds are tested on a real broker in `faults/`."""

import threading

from worker.messaging.away import BrokerAwayError
from worker.messaging.watchdog import ECHO_S, HOPELESS_S, STUCK_S, Step, Watch, Watchdog


def test_while_messages_come_in_it_asks_for_nothing() -> None:
    watch = Watch(0)
    for second in range(100):
        watch.heard(second)
        assert watch.step(second + 0.5) is Step.NOTHING


def test_after_silence_it_asks_for_one_echo() -> None:
    watch = Watch(0)
    assert watch.step(ECHO_S - 0.1) is Step.NOTHING
    assert watch.step(ECHO_S) is Step.ECHO
    watch.echoed(ECHO_S)
    assert watch.step(ECHO_S + 1) is Step.NOTHING


def test_an_echo_that_does_not_come_back_cuts_and_then_restarts() -> None:
    watch = Watch(0)
    watch.echoed(10)
    assert watch.step(10 + STUCK_S - 0.1) is Step.NOTHING
    assert watch.step(10 + STUCK_S) is Step.CUT
    assert watch.step(10 + STUCK_S + 1) is Step.NOTHING
    assert watch.step(10 + STUCK_S + HOPELESS_S) is Step.RESTART


def test_anything_heard_ends_the_alarm() -> None:
    watch = Watch(0)
    watch.echoed(10)
    watch.step(10 + STUCK_S)
    watch.heard(19)
    assert watch.step(19 + HOPELESS_S) is Step.ECHO


def test_a_broker_that_takes_no_echo_is_no_stuck_consumer() -> None:
    watch = Watch(0)
    watch.echoed(5)
    watch.unreachable()
    assert watch.step(1000) is Step.ECHO


def test_an_echo_that_came_back_before_its_sending_was_noted_raises_no_alarm() -> None:
    watch = Watch(0)
    watch.heard(10.2)
    watch.echoed(10.1)
    assert watch.step(10.2 + STUCK_S) is Step.ECHO


class Nowhere:
    """A broker that is away."""

    def send(self, queue: str, task: str, argument: bytes) -> None:
        raise BrokerAwayError("away")

    def close(self) -> None:
        pass


def test_a_loop_that_turns_no_more_is_begun_anew_whatever_the_broker_does() -> None:
    begun_anew = threading.Event()
    watchdog = Watchdog(
        Nowhere(),
        region="eu-west",
        worker="w1",
        excused=lambda: True,
        hung=lambda: True,
        cut=lambda: None,
        restart=begun_anew.set,
    )
    watchdog.start()
    assert begun_anew.wait(5)
    watchdog.stop()
