"""The books on each region, and by which word it is called."""

import pytest

from coordinator.messaging.envelope import Refused
from coordinator.messaging.traffic import FLOODING, JUNK, LATELY_S, MOST_EXAMPLES, Traffic


class Clock:
    at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def traffic(clock: Clock) -> Traffic:
    found = Traffic(clock)
    found.expect(["eu-west", "us-east"])
    return found


def trouble(traffic: Traffic, region: str = "eu-west") -> str:
    return str(traffic.to_document()[region]["trouble"])


def junk(message: bytes = b"x") -> Refused:
    return Refused("eu-west", "unreadable_message", "no JSON", message)


def test_a_region_that_works_is_in_no_trouble(traffic: Traffic) -> None:
    traffic.took("eu-west", 3, 900)
    told = traffic.to_document()["eu-west"]
    assert (told["messages"], told["bytes"], told["trouble"]) == (3, 900, "")


def test_junk_is_named_and_forgotten_in_time(traffic: Traffic, clock: Clock) -> None:
    traffic.refuse([junk()] * (JUNK - 1))
    assert trouble(traffic) == ""
    traffic.refuse([junk()])
    assert trouble(traffic) == "junk"
    assert trouble(traffic, "us-east") == ""
    clock.at_s += LATELY_S + 1
    assert trouble(traffic) == ""
    assert traffic.to_document()["eu-west"]["refused"] == {"unreadable_message": JUNK}


def test_the_same_message_a_million_times_is_one_example(traffic: Traffic) -> None:
    traffic.refuse([junk()] * 100_000)
    (refusal,) = traffic.refusals()
    assert (refusal.count, list(refusal.examples)) == (100_000, [b"x"])
    traffic.refuse([junk()])
    (refusal,) = traffic.refusals()
    assert (refusal.count, list(refusal.examples)) == (1, [])


def test_few_of_many_different_messages_are_kept(traffic: Traffic) -> None:
    traffic.refuse([junk(b"%d" % n) for n in range(1_000)])
    (refusal,) = traffic.refusals()
    assert (refusal.count, len(refusal.examples)) == (1_000, MOST_EXAMPLES)


def test_a_flood_and_stray_keys_have_words_of_their_own(traffic: Traffic) -> None:
    traffic.waits("eu-west", FLOODING + 1, 1)
    assert trouble(traffic) == "flooding"
    traffic.trimmed("us-east", 7)
    assert trouble(traffic, "us-east") == "flooding"
    traffic.stray("us-east", 1)
    assert trouble(traffic, "us-east") == "filling"


def test_the_books_on_a_region_that_left_are_closed(traffic: Traffic) -> None:
    traffic.expect(["us-east"])
    assert list(traffic.to_document()) == ["us-east"]


def test_how_long_the_oldest_waits_is_known_from_looks_at_the_queue() -> None:
    now_s = 100.0
    traffic = Traffic(lambda: now_s)
    traffic.expect(["eu-west"])

    def waits_s() -> float:
        return float(traffic.to_document()["eu-west"]["waiting_s"])

    assert waits_s() == 0
    traffic.waits("eu-west", 10, 1000)
    now_s = 130.0
    traffic.waits("eu-west", 25, 2500)  # nothing was taken, more came
    assert waits_s() == 30
    traffic.took("eu-west", 10, 1000)  # the first ten
    assert waits_s() == 0
    now_s = 140.0
    assert waits_s() == 10
    traffic.trimmed("eu-west", 15)
    traffic.waits("eu-west", 0, 0)
    assert waits_s() == 0
