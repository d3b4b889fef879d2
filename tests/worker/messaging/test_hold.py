"""Orders wait in their order until their age can be judged, and never for ever."""

from threading import Event, Thread

from worker.messaging.hold import Held, Hold


def held(number: int) -> Held:
    return Held(number, None, None)


def test_what_is_held_is_passed_on_in_its_order_and_later_ones_are_not_held() -> None:
    passed: list[Held] = []
    hold = Hold(passed.append, passed.append)
    assert all(hold.keep(held(number)) for number in range(5))
    assert passed == []
    assert hold.on()
    hold.end()
    assert [one.message for one in passed] == [0, 1, 2, 3, 4]
    assert not hold.on()
    assert not hold.keep(held(5))
    hold.end()
    assert len(passed) == 5


def test_the_oldest_make_room_and_are_told() -> None:
    passed: list[Held] = []
    dropped: list[Held] = []
    hold = Hold(passed.append, dropped.append, most=3)
    assert all(hold.keep(held(number)) for number in range(5))
    hold.end()
    assert [one.message for one in dropped] == [0, 1]
    assert [one.message for one in passed] == [2, 3, 4]


def test_without_a_word_of_the_time_it_ends_by_itself() -> None:
    done = Event()
    hold = Hold(lambda _one: done.set(), lambda _one: None, patience_s=0.2)
    hold.keep(held(1))
    hold.begin()
    assert done.wait(5)


def test_what_comes_while_the_others_are_passed_on_comes_after_them() -> None:
    passed: list[int] = []
    begun, go_on = Event(), Event()

    def slowly(one: Held) -> None:
        begun.set()
        assert go_on.wait(5)
        passed.append(one.message)

    def late() -> None:
        assert not hold.keep(held(2))
        passed.append(2)

    hold = Hold(slowly, slowly)
    hold.keep(held(1))
    threads = [Thread(target=hold.end), Thread(target=late)]
    threads[0].start()
    assert begun.wait(5)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert passed == [1, 2]
