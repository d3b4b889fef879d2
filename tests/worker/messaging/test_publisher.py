"""Publishing to a real broker."""

import json
import time

import pytest

from coordinator.messaging.envelope import Delivery, opened
from tests.faults.broker import Broker
from tests.faults.proxy import Proxy
from worker.contract.message import TASK_REPORT
from worker.contract.target import address_of
from worker.messaging.away import BrokerAwayError
from worker.messaging.publisher import Publisher

pytestmark = pytest.mark.slow


def test_what_is_sent_lies_in_the_queue_as_a_message_of_celerys_protocol_2(valkey: Broker) -> None:
    publisher = Publisher(valkey.url, "w1.eu-west")
    publisher.send("reports.eu-west", "outscope.report", b'{"v":1}')
    publisher.close()
    message = json.loads(valkey.client().rpop("reports.eu-west"))
    assert message["headers"]["task"] == "outscope.report"
    assert set(message["headers"]) == {"lang", "task", "id", "origin"}
    assert message["content-type"] == "application/json"
    assert message["properties"]["body_encoding"] is None
    assert json.loads(message["body"]) == [[{"v": 1}], {}, {}]
    assert valkey.client().keys() == []


@pytest.mark.parametrize(
    ("argument", "encoding"),
    [
        (b'{"detail":"' + b"x" * 99 + b'"}', None),
        (b'{"detail":"' + "ä".encode() * 99 + b'"}', "base64"),
        (b'{"detail":"' + b'\\"' * 99 + b'"}', "base64"),
    ],
)
def test_a_body_is_text_unless_base64_is_shorter_and_the_coordinator_opens_both(
    valkey: Broker, argument: bytes, encoding: str | None
) -> None:
    publisher = Publisher(valkey.url, "w1.eu-west")
    publisher.send("reports.eu-west", TASK_REPORT, argument)
    publisher.close()
    message = valkey.client().rpop("reports.eu-west")
    assert json.loads(message)["properties"]["body_encoding"] == encoding
    delivery = opened("eu-west", message, 0.0)
    assert isinstance(delivery, Delivery)
    assert delivery.task == TASK_REPORT
    assert json.loads(delivery.body)[0] == [json.loads(argument)]


def test_a_broker_tells_by_which_address_it_sees_us(valkey: Broker) -> None:
    publisher = Publisher(valkey.url, "w1.eu-west")
    assert publisher.seen_as is None
    publisher.send("q", "t", b"1")
    assert publisher.seen_as is not None
    assert address_of(publisher.seen_as) == "127.0.0.1"
    publisher.close()


def test_a_broker_that_does_not_tell_takes_messages_all_the_same(valkey: Broker) -> None:
    rights = ("on", "nopass", "~*", "+@all", "-client|info")
    valkey.client().execute_command("ACL", "SETUSER", "mute", *rights)
    publisher = Publisher(valkey.url.replace("redis://", "redis://mute:x@"), "w1.eu-west")
    publisher.send("q", "t", b"1")
    assert publisher.seen_as is None
    assert valkey.client().llen("q") == 1
    publisher.close()


def test_a_broker_that_is_away_is_one_error_and_the_next_sending_finds_it_again(
    valkey: Broker,
) -> None:
    publisher = Publisher(valkey.url, "w1.eu-west")
    publisher.send("q", "t", b"1")
    valkey.kill()
    for _ in range(2):
        with pytest.raises(BrokerAwayError):
            publisher.send("q", "t", b"2")
    valkey.start()
    publisher.send("q", "t", b"3")
    assert valkey.client().llen("q") == 1
    publisher.close()


def test_a_link_that_went_silent_is_given_up_within_its_timeouts(valkey: Broker) -> None:
    with Proxy(valkey.port) as proxy:
        publisher = Publisher(proxy.url, "w1.eu-west")
        publisher.send("q", "t", b"1")
        proxy.drop()
        started = time.monotonic()
        with pytest.raises(BrokerAwayError):
            publisher.send("q", "t", b"2")
        assert time.monotonic() - started < 15
        proxy.heal()
        publisher.send("q", "t", b"3")
        publisher.close()
