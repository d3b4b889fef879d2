"""Sending to a real broker that is away, restarted, and cut off."""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator

import pytest

from coordinator.messaging.publisher import MOST_WAITING, Publisher
from coordinator.messaging.sending.letters import Letter
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.slow


@pytest.fixture
def open_publisher() -> Iterator[Callable[[str], Publisher]]:
    opened: list[Publisher] = []

    def make(url: str) -> Publisher:
        opened.append(Publisher(url))
        opened[-1].open()
        return opened[-1]

    yield make
    for publisher in opened:
        publisher.close()


Open = Callable[[str], Publisher]


class Answers:
    """What became of letters."""

    def __init__(self) -> None:
        self.told: list[bool] = []
        self._lock = threading.Lock()

    def letter(self, number: int = 0, patience_s: float = 2.0) -> Letter:
        return Letter(
            "outscope.look", "probes.eu-west", {"number": number}, patience_s, 10.0, self.tell
        )

    def tell(self, sent: bool) -> None:
        with self._lock:
            self.told.append(sent)


def numbers(broker: Broker) -> list[int]:
    with broker.client() as client:
        messages = [json.loads(text) for text in client.lrange("probes.eu-west", 0, -1)]
    return [
        json.loads(b64decode(message["body"]))[0][0]["number"] for message in reversed(messages)
    ]


def test_letters_arrive_in_order_as_celery_messages_that_expire(
    valkey: Broker, open_publisher: Open
) -> None:
    publisher, answers = open_publisher(valkey.url), Answers()
    for number in range(500):
        assert publisher.send(answers.letter(number))
    until(lambda: len(answers.told) == 500)
    assert numbers(valkey) == list(range(500))
    with valkey.client() as client:
        headers = json.loads(client.lindex("probes.eu-west", 0))["headers"]
        assert headers["task"] == "outscope.look"
        assert headers["expires"]
        assert sorted(client.keys()) == [b"probes.eu-west"], "no bindings are left at the broker"


def test_while_the_broker_is_away_letters_are_given_up_in_time_and_none_block(
    valkey: Broker, open_publisher: Open
) -> None:
    publisher, answers = open_publisher(valkey.url), Answers()
    publisher.send(answers.letter())
    until(lambda: answers.told == [True])
    valkey.kill()
    began = time.monotonic()
    for _ in range(20):
        publisher.send(answers.letter())
    assert time.monotonic() - began < 0.5
    until(lambda: len(answers.told) == 21)
    assert answers.told[1:] == [False] * 20
    assert not publisher.reachable


def test_what_waits_is_bounded(open_publisher: Open) -> None:
    publisher, answers = open_publisher("redis://127.0.0.1:1/0"), Answers()
    taken = sum(publisher.send(answers.letter(patience_s=0.5)) for _ in range(3 * MOST_WAITING))
    assert taken <= MOST_WAITING + 200


def test_when_the_broker_is_back_letters_arrive_again(valkey: Broker, open_publisher: Open) -> None:
    publisher, answers = open_publisher(valkey.url), Answers()
    publisher.send(answers.letter(1))
    until(lambda: answers.told == [True])
    valkey.kill()
    publisher.send(answers.letter(2, patience_s=30.0))
    time.sleep(1)
    valkey.start()
    publisher.send(answers.letter(3, patience_s=30.0))
    until(lambda: answers.told == [True, True, True])
    assert numbers(valkey)[-2:] == [2, 3]


def test_a_half_open_link_costs_no_more_than_fifteen_seconds(
    valkey: Broker, open_publisher: Open
) -> None:
    with Proxy(valkey.port) as proxy:
        publisher, answers = open_publisher(proxy.url), Answers()
        publisher.send(answers.letter(1))
        until(lambda: answers.told == [True])
        proxy.drop()
        publisher.send(answers.letter(2, patience_s=30.0))
        time.sleep(1)
        proxy.heal()
        assert until(lambda: answers.told == [True, True]) < 15


def test_far_away_many_letters_cost_one_round_trip(valkey: Broker, open_publisher: Open) -> None:
    with Proxy(valkey.port, delay_s=0.1) as proxy:
        publisher, answers = open_publisher(proxy.url), Answers()
        publisher.send(answers.letter(patience_s=30.0))
        until(lambda: len(answers.told) == 1)
        for _ in range(50):
            publisher.send(answers.letter(patience_s=30.0))
        assert until(lambda: len(answers.told) == 51) < 3, (
            "one at a time they would take ten seconds"
        )
